import { expect, test } from "vitest";
import { HEADER_WORDS, MAX_REGIONS } from "./arena-storage.ts";
import {
  BIN_COUNT,
  HEADS,
  LARGE_BINS,
  SMALL_BINS,
  binOf,
  findHole,
  findHoleInOwnBin,
  initBins,
  insertHole,
  largestHole,
  removeHole,
} from "./bins.ts";
import { FIRST_BLOCK_RECORD, RECORD_WORDS, SIZE } from "./record.ts";

interface Holes {
  readonly header: Int32Array;
  readonly records: Int32Array;
  /** Addresses of the holes, in the order of their sizes as given. */
  readonly at: readonly number[];
}

/** Holes of the given sizes in one set of bins. */
function binsWith(sizes: readonly number[], set = SMALL_BINS): Holes {
  const header = new Int32Array(HEADER_WORDS);
  const records = new Int32Array(FIRST_BLOCK_RECORD + sizes.length * RECORD_WORDS);
  initBins(records);
  const at = sizes.map((size, i) => {
    const hole = FIRST_BLOCK_RECORD + i * RECORD_WORDS;
    records[hole + SIZE] = size;
    insertHole(header, set, records, hole);
    return hole;
  });
  return { header, records, at };
}

test("the heads stand behind the records of all zones, and no block's record overlaps them", () => {
  expect(HEADS).toBeGreaterThanOrEqual((1 + 2 * MAX_REGIONS) * RECORD_WORDS);
  expect(FIRST_BLOCK_RECORD).toBeGreaterThanOrEqual(HEADS + 2 * 2 * BIN_COUNT + RECORD_WORDS - 2);
  expect(FIRST_BLOCK_RECORD % RECORD_WORDS).toBe(0);
});

test("bins are exact up to 32 granules, then 32 to a doubling", () => {
  const exact = Array.from({ length: 32 }, (_, i) => binOf(i + 1));
  expect(new Set(exact).size).toBe(32);
  expect(binOf(32)).toBe(binOf(33));
  expect(binOf(34)).toBe(binOf(32) + 1);
  expect(binOf(96)).toBe(binOf(99));
  expect([binOf(1), binOf(32), binOf(96), binOf(2 ** 20)]).toEqual([1, 32, 64, 480]);
  expect(binOf(2 ** 30)).toBeLessThan(BIN_COUNT);
});

test("a larger size is never in a lower bin, and a bin is at most 1/32 wide", () => {
  const bins = Array.from({ length: 200_000 }, (_, granules) => binOf(granules));
  let lowest = 1;
  const wrong: number[] = [];
  for (let granules = 1; granules < bins.length; granules++) {
    if (bins[granules]! < bins[granules - 1]!) wrong.push(granules);
    if (bins[granules] !== bins[granules - 1]) lowest = granules;
    if (granules - lowest > lowest / 32) wrong.push(granules);
  }
  expect(wrong).toEqual([]);
});

test("a search finds a hole that fits, from its own bin or the next larger one", () => {
  const { header, records, at } = binsWith([10, 500, 100_000]);
  expect(findHole(header, SMALL_BINS, records, 10)).toBe(at[0]);
  expect(findHole(header, SMALL_BINS, records, 11)).toBe(at[1]);
  expect(findHole(header, SMALL_BINS, records, 501)).toBe(at[2]);
  expect(findHole(header, SMALL_BINS, records, 100_001)).toBe(0);
});

test("when the first of its own bin is too small, the next bin of the row or of another one serves", () => {
  const row = binsWith([1025, 1060]);
  expect(findHole(row.header, SMALL_BINS, row.records, 1028)).toBe(row.at[1]);
  const other = binsWith([1025, 5000]);
  expect(findHole(other.header, SMALL_BINS, other.records, 1028)).toBe(other.at[1]);
});

test("a hole that fits behind a smaller one in its own bin is found by the thorough search only", () => {
  const { header, records, at } = binsWith([1030, 1025]);
  expect(binOf(1030)).toBe(binOf(1025));
  expect(findHole(header, SMALL_BINS, records, 1028)).toBe(0);
  expect(findHoleInOwnBin(records, SMALL_BINS, 1028)).toBe(at[0]);
  expect(findHoleInOwnBin(records, SMALL_BINS, 1031)).toBe(0);
});

test("the two sets know nothing of each other", () => {
  const { header, records, at } = binsWith([10, 1000], LARGE_BINS);
  expect(findHole(header, SMALL_BINS, records, 1)).toBe(0);
  expect(findHole(header, LARGE_BINS, records, 1)).toBe(at[0]);
  expect([largestHole(header, SMALL_BINS, records), largestHole(header, LARGE_BINS, records)]).toEqual([0, 1000]);
});

test("bits are cleared with the last hole of a bin, in any order of removal", () => {
  const sizes = [7, 7, 7, 31, 640, 641, 90_000, 2 ** 30];
  for (const order of [
    [0, 1, 2, 3, 4, 5, 6, 7],
    [7, 6, 5, 4, 3, 2, 1, 0],
    [1, 0, 4, 7, 2, 5, 3, 6],
  ]) {
    for (const set of [LARGE_BINS, SMALL_BINS]) {
      const { header, records, at } = binsWith(sizes, set);
      expect(largestHole(header, set, records)).toBe(2 ** 30);
      const left = new Set(sizes.keys());
      for (const i of order) {
        removeHole(header, set, records, at[i]!);
        left.delete(i);
        expect(largestHole(header, set, records)).toBe(Math.max(0, ...[...left].map((k) => sizes[k]!)));
      }
      expect(header.every((word) => word === 0)).toBe(true);
    }
  }
});
