import { expect, test } from "vitest";
import { binOf, findBin, findHoleInOwnBin, headOf, initBins, insertHole, largestHole, removeHole } from "./bins.ts";
import { HANDLE_LIMIT } from "./handle.ts";
import {
  BIN_COUNT,
  BIN_NEXT,
  CELLS,
  CLASS_COUNT,
  FIRST_BLOCK_RECORD,
  HEADS,
  HOLE_BIT,
  LARGE_BINS,
  MAX_REGIONS,
  PENDING,
  PENDING_LIMIT,
  RECORD_WORDS,
  ROW_BITS,
  SET_BITS,
  SIZE,
  SLABS,
  SMALL_BINS,
  SPARE_RECORD,
} from "./layout.ts";

interface Holes {
  readonly records: Int32Array;
  /** Addresses of the holes, in the order of their sizes as given. */
  readonly at: readonly number[];
}

/** Holes of the given sizes in one set of bins. */
function binsWith(sizes: readonly number[], set: number = SMALL_BINS): Holes {
  const records = new Int32Array(FIRST_BLOCK_RECORD + sizes.length * RECORD_WORDS);
  initBins(records);
  const at = sizes.map((size, i) => {
    const hole = FIRST_BLOCK_RECORD + i * RECORD_WORDS;
    records[hole + SIZE] = size;
    insertHole(records, hole, set + binOf(size));
    return hole;
  });
  return { records, at };
}

/** The hole that a search in the small bins takes, 0 when it finds none. */
function search({ records }: Holes, granules: number, set: number = SMALL_BINS): number {
  const bin = findBin(records, granules, set + binOf(granules));
  return bin < 0 ? 0 : records[headOf(bin) + BIN_NEXT]!;
}

test("nothing in the books overlaps: dummy, zones, heads, bits, header, cells, blocks", () => {
  expect(HEADS).toBeGreaterThanOrEqual((1 + 2 * MAX_REGIONS) * RECORD_WORDS);
  expect(ROW_BITS).toBeGreaterThanOrEqual(headOf(SMALL_BINS + BIN_COUNT - 1) + RECORD_WORDS - 1);
  expect(SET_BITS).toBeGreaterThanOrEqual(ROW_BITS + 32 + BIN_COUNT / 32);
  expect(SPARE_RECORD).toBe(SET_BITS + 2);
  expect(CELLS).toBe(PENDING + PENDING_LIMIT);
  expect(SLABS).toBeGreaterThanOrEqual(CELLS + CLASS_COUNT);
  expect(FIRST_BLOCK_RECORD).toBeGreaterThanOrEqual(SLABS + CLASS_COUNT);
  expect(FIRST_BLOCK_RECORD % RECORD_WORDS).toBe(0);
  expect(HOLE_BIT).toBe(HANDLE_LIMIT);
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
  const bins = binsWith([10, 500, 100_000]);
  expect([10, 11, 501, 100_001].map((granules) => search(bins, granules))).toEqual([...bins.at, 0]);
});

test("when the first of its own bin is too small, the next bin of the row or of another one serves", () => {
  const row = binsWith([1025, 1060]);
  expect(search(row, 1028)).toBe(row.at[1]);
  const other = binsWith([1025, 5000]);
  expect(search(other, 1028)).toBe(other.at[1]);
});

test("a hole that fits behind a smaller one in its own bin is found by the thorough search only", () => {
  const bins = binsWith([1030, 1025]);
  const bin = SMALL_BINS + binOf(1025);
  expect(binOf(1030)).toBe(binOf(1025));
  expect(search(bins, 1028)).toBe(0);
  expect(findHoleInOwnBin(bins.records, 1028, bin)).toBe(bins.at[0]);
  expect(findHoleInOwnBin(bins.records, 1031, bin)).toBe(0);
});

test("the two sets know nothing of each other", () => {
  const bins = binsWith([10, 1000], LARGE_BINS);
  expect(search(bins, 1)).toBe(0);
  expect(search(bins, 1, LARGE_BINS)).toBe(bins.at[0]);
  expect([SMALL_BINS, LARGE_BINS].map((set) => largestHole(bins.records, set))).toEqual([0, 1000]);
});

test("bits are cleared with the last hole of a bin, in any order of removal", () => {
  const sizes = [7, 7, 7, 31, 640, 641, 90_000, 2 ** 30];
  for (const order of [
    [0, 1, 2, 3, 4, 5, 6, 7],
    [7, 6, 5, 4, 3, 2, 1, 0],
    [1, 0, 4, 7, 2, 5, 3, 6],
  ]) {
    for (const set of [LARGE_BINS, SMALL_BINS]) {
      const { records, at } = binsWith(sizes, set);
      expect(largestHole(records, set)).toBe(2 ** 30);
      const left = new Set(sizes.keys());
      for (const i of order) {
        removeHole(records, at[i]!, set + binOf(sizes[i]!));
        left.delete(i);
        expect(largestHole(records, set)).toBe(Math.max(0, ...[...left].map((k) => sizes[k]!)));
      }
      expect(records.subarray(ROW_BITS, SPARE_RECORD).every((word) => word === 0)).toBe(true);
    }
  }
});
