import { expect, test } from "vitest";
import {
  BIN_COUNT,
  binOf,
  findHole,
  findHoleInOwnBin,
  insertHole,
  largestHole,
  removeHole,
  BINS_WORDS,
} from "./bins.ts";
import { SIZE } from "./record.ts";

/** Bins at word 3 of a header, and holes of the given sizes as records 1, 2, 3 … */
function binsWith(sizes: readonly number[]): { header: Int32Array; records: Int32Array } {
  const header = new Int32Array(3 + BINS_WORDS);
  const records = new Int32Array(8 * (sizes.length + 1));
  for (const [i, size] of sizes.entries()) {
    records[8 * (i + 1) + SIZE] = size;
    insertHole(header, 3, records, 8 * (i + 1));
  }
  return { header, records };
}

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
  let lowest = 1;
  for (let granules = 1; granules < 200_000; granules++) {
    const bin = binOf(granules);
    expect(bin).toBeGreaterThanOrEqual(binOf(granules - 1));
    if (bin !== binOf(granules - 1)) lowest = granules;
    if (granules - lowest > lowest / 32) throw new Error(`${lowest} and ${granules} share a bin`);
  }
});

test("a search finds a hole that fits, from its own bin or the next larger one", () => {
  const { header, records } = binsWith([10, 500, 100_000]);
  expect(findHole(header, 3, records, 10)).toBe(8);
  expect(findHole(header, 3, records, 11)).toBe(16);
  expect(findHole(header, 3, records, 501)).toBe(24);
  expect(findHole(header, 3, records, 100_001)).toBe(0);
});

test("a hole that fits behind a smaller one in its own bin is found by the thorough search only", () => {
  const { header, records } = binsWith([1030, 1025]);
  expect(binOf(1030)).toBe(binOf(1025));
  expect(findHole(header, 3, records, 1028)).toBe(0);
  expect(findHoleInOwnBin(header, 3, records, 1028)).toBe(8);
  expect(findHoleInOwnBin(header, 3, records, 1031)).toBe(0);
});

test("bits are cleared with the last hole of a bin, in any order of removal", () => {
  const sizes = [7, 7, 7, 640, 641, 90_000];
  for (const order of [
    [0, 1, 2, 3, 4, 5],
    [5, 4, 3, 2, 1, 0],
    [1, 0, 4, 2, 5, 3],
  ]) {
    const { header, records } = binsWith(sizes);
    expect(largestHole(header, 3, records)).toBe(90_000);
    for (const i of order) removeHole(header, 3, records, 8 * (i + 1));
    expect(header.every((word) => word === 0)).toBe(true);
    expect(largestHole(header, 3, records)).toBe(0);
  }
});
