/**
 * Holes sorted by size, so that one that fits is found in a few steps whatever their number.
 *
 * A bin holds the holes of one size up to 32 granules, then of a range of sizes, 32 ranges per doubling: at most 3 %
 * wide. A bit per bin tells whether it has any, a bit per row of 32 bins whether the row has any (the two levels of
 * Masmano's TLSF, 2004, with finer ranges). Within a bin, order is last in, first out: on real traces, sorted bins gave
 * the same footprint.
 *
 * A bin is a ring: its holes and a head, linked by two words of each. Whether a hole is the first, the last or the only
 * one of its bin is a coin toss that no processor predicts; in a ring, taking it out is the same for all three, and the
 * bits are cleared by arithmetic.
 *
 * There are two sets of bins, for the two kinds of zone, 32 rows apart, so that a bin's number says its set and, masked
 * as shifts mask, its row's bit and its own.
 */
import { BIN_COLUMNS, BIN_COUNT, BIN_NEXT, BIN_PREV, HEADS, ROW_BITS, SET_BITS, SIZE, SMALL_BINS } from "./layout.ts";

/** The bin of a size, from the first of its set: row * 32 + column. */
export function binOf(granules: number): number {
  const shifted = granules + BIN_COLUMNS;
  const row = 26 - Math.clz32(shifted);
  return (row << 5) | ((shifted >>> row) & 31);
}

/** Makes every bin of both sets an empty ring. */
export function initBins(records: Int32Array): void {
  for (let bin = 0; bin < SMALL_BINS + BIN_COUNT; bin++) {
    const head = headOf(bin);
    records[head + BIN_NEXT] = head;
    records[head + BIN_PREV] = head;
  }
}

/** Puts a hole into a bin. */
export function insertHole(records: Int32Array, hole: number, bin: number): void {
  const head = headOf(bin);
  const next = records[head + BIN_NEXT]!;
  records[hole + BIN_NEXT] = next;
  records[hole + BIN_PREV] = head;
  records[next + BIN_PREV] = hole;
  records[head + BIN_NEXT] = hole;
  const row = bin >> 5;
  records[ROW_BITS + row]! |= 1 << bin;
  records[SET_BITS + (bin >> 10)]! |= 1 << row;
}

/** Takes a hole out of its bin. */
export function removeHole(records: Int32Array, hole: number, bin: number): void {
  const next = records[hole + BIN_NEXT]!;
  const previous = records[hole + BIN_PREV]!;
  records[next + BIN_PREV] = previous;
  records[previous + BIN_NEXT] = next;
  // Both neighbours are the head when the bin is empty now: the difference is 0, and 0 - 1 is the only negative number.
  const row = bin >> 5;
  const emptied = ((next ^ previous) - 1) >>> 31;
  const bits = records[ROW_BITS + row]! & ~(emptied << bin);
  records[ROW_BITS + row] = bits;
  const emptiedRow = ((bits | -bits) >>> 31) ^ 1;
  records[SET_BITS + (bin >> 10)]! &= ~(emptiedRow << row);
}

/**
 * The bin whose first hole has at least `granules`: their own if its first does, else the next larger that has any.
 *
 * @param bin that of `granules`, of either set
 * @returns -1 when there is none
 */
export function findBin(records: Int32Array, granules: number, bin: number): number {
  const row = bin >> 5;
  let bits = records[ROW_BITS + row]! & (-1 << bin);
  if (bits !== 0) {
    const found = (row << 5) | (31 - Math.clz32(bits & -bits));
    if (records[records[HEADS + BIN_NEXT + 2 * found]! + SIZE]! >= granules) return found;
    // It was their own. Any hole of the next one in the row is large enough.
    bits &= bits - 1;
    if (bits !== 0) return (row << 5) | (31 - Math.clz32(bits & -bits));
  }
  // A shift by 32 is a shift by 0, hence -2 and not -1 shifted one further.
  const larger = records[SET_BITS + (bin >> 10)]! & (-2 << row);
  if (larger === 0) return -1;
  const above = (row & 32) | (31 - Math.clz32(larger & -larger));
  bits = records[ROW_BITS + above]!;
  return (above << 5) | (31 - Math.clz32(bits & -bits));
}

/** The hole of at least `granules` that {@link findHole} may miss: one further down in its own bin. 0: none. */
export function findHoleInOwnBin(records: Int32Array, granules: number, bin: number): number {
  const head = headOf(bin);
  let hole = records[head + BIN_NEXT]!;
  while (hole !== head && records[hole + SIZE]! < granules) hole = records[hole + BIN_NEXT]!;
  return hole === head ? 0 : hole;
}

/** Granules of the largest hole of a set, 0 when there is none. */
export function largestHole(records: Int32Array, set: number): number {
  const rows = records[SET_BITS + (set >> 10)]!;
  if (rows === 0) return 0;
  const row = (set >> 5) | (31 - Math.clz32(rows));
  const head = headOf((row << 5) | (31 - Math.clz32(records[ROW_BITS + row]!)));
  let largest = 0;
  for (let hole = records[head + BIN_NEXT]!; hole !== head; hole = records[hole + BIN_NEXT]!) {
    largest = Math.max(largest, records[hole + SIZE]!);
  }
  return largest;
}

/** The head of a bin, in whose ring its holes are. */
export function headOf(bin: number): number {
  return HEADS + 2 * bin;
}

/** What the bits say of a bin, and whether its row has any bit. */
export function bitsOf(records: Int32Array, bin: number): { bin: boolean; row: boolean; any: boolean } {
  const bits = records[ROW_BITS + (bin >> 5)]!;
  return {
    bin: (bits & (1 << bin)) !== 0,
    row: (records[SET_BITS + (bin >> 10)]! & (1 << (bin >> 5))) !== 0,
    any: bits !== 0,
  };
}
