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
 * There are two sets of bins, for the two kinds of zone. The bits of a set stand in the arena's header, its heads in the
 * records, where the links of holes are.
 */
import { BIN_NEXT, BIN_PREV, SIZE } from "./record.ts";

const ROWS = 27;
const COLUMNS = 32;

/** The two sets. */
export const LARGE_BINS = 0;
export const SMALL_BINS = 1;

/** Header words of both sets: of each, a word of row bits and a word of bits per row. */
export const BITS_WORDS: number = 2 * (1 + ROWS);
const BITS_PER_SET = 28;
/** Where the bits stand in the header. */
export const BITS = 8;

/** Bins of a set. */
export const BIN_COUNT: number = ROWS * COLUMNS;
/** Record words of both sets. A head uses the two words of a record that link holes, so heads stand two words apart. */
export const HEADS_WORDS: number = 2 * 2 * BIN_COUNT + 8;
const HEADS_PER_SET = 1728;
/** The address of the first head, as if it were a record: behind the dummy and the zones of 128 regions. */
export const HEADS = 2056;

/** The bin of a size: row * 32 + column. */
export function binOf(granules: number): number {
  const shifted = granules + COLUMNS;
  const row = 26 - Math.clz32(shifted);
  return (row << 5) | ((shifted >>> row) & 31);
}

/** Makes every bin of both sets an empty ring. */
export function initBins(records: Int32Array): void {
  for (let bin = 0; bin < 2 * BIN_COUNT; bin++) {
    const head = HEADS + 2 * bin;
    records[head + BIN_NEXT] = head;
    records[head + BIN_PREV] = head;
  }
}

/** Puts a hole into its bin. */
export function insertHole(header: Int32Array, set: number, records: Int32Array, hole: number): void {
  const bin = binOf(records[hole + SIZE]!);
  const head = headOf(set, bin);
  const next = records[head + BIN_NEXT]!;
  records[hole + BIN_NEXT] = next;
  records[hole + BIN_PREV] = head;
  records[next + BIN_PREV] = hole;
  records[head + BIN_NEXT] = hole;
  const rows = BITS + set * BITS_PER_SET;
  header[rows]! |= 1 << (bin >> 5);
  header[rows + 1 + (bin >> 5)]! |= 1 << (bin & 31);
}

/** Takes a hole out of its bin. */
export function removeHole(header: Int32Array, set: number, records: Int32Array, hole: number): void {
  const next = records[hole + BIN_NEXT]!;
  const previous = records[hole + BIN_PREV]!;
  records[next + BIN_PREV] = previous;
  records[previous + BIN_NEXT] = next;
  records[hole + BIN_NEXT] = 0;
  records[hole + BIN_PREV] = -1;

  // Both neighbours are the head when the bin is empty now: the difference is 0, and 0 - 1 is the only negative number.
  const bin = binOf(records[hole + SIZE]!);
  const rows = BITS + set * BITS_PER_SET;
  const row = bin >> 5;
  const emptiedBin = ((next ^ previous) - 1) >>> 31;
  const columns = header[rows + 1 + row]! & ~(emptiedBin << (bin & 31));
  header[rows + 1 + row] = columns;
  const emptiedRow = ((columns | -columns) >>> 31) ^ 1;
  header[rows]! &= ~(emptiedRow << row);
}

/** A hole of at least `granules`: one of its own bin if the first there is large enough, else of the next larger. 0: none. */
export function findHole(header: Int32Array, set: number, records: Int32Array, granules: number): number {
  const bin = binOf(granules);
  const row = bin >> 5;
  const rows = BITS + set * BITS_PER_SET;
  let columns = header[rows + 1 + row]! & (-1 << (bin & 31));
  if (columns !== 0) {
    const hole = firstHole(records, set, (row << 5) | lowestBit(columns));
    if (records[hole + SIZE]! >= granules) return hole;
    // It was its own bin's. Any hole of the next one in the row is large enough.
    columns &= columns - 1;
    if (columns !== 0) return firstHole(records, set, (row << 5) | lowestBit(columns));
  }
  // A shift by 32 is a shift by 0, hence -2 and not -1 shifted one further.
  const larger = header[rows]! & (-2 << row);
  if (larger === 0) return 0;
  const above = lowestBit(larger);
  return firstHole(records, set, (above << 5) | lowestBit(header[rows + 1 + above]!));
}

/** The hole of at least `granules` that {@link findHole} may miss: one further down in its own bin. 0: none. */
export function findHoleInOwnBin(records: Int32Array, set: number, granules: number): number {
  const head = headOf(set, binOf(granules));
  let hole = records[head + BIN_NEXT]!;
  while (hole !== head && records[hole + SIZE]! < granules) hole = records[hole + BIN_NEXT]!;
  return hole === head ? 0 : hole;
}

/** Granules of the largest hole, 0 when there is none. */
export function largestHole(header: Int32Array, set: number, records: Int32Array): number {
  const rows = BITS + set * BITS_PER_SET;
  if (header[rows] === 0) return 0;
  const row = 31 - Math.clz32(header[rows]!);
  const head = headOf(set, (row << 5) | (31 - Math.clz32(header[rows + 1 + row]!)));
  let largest = 0;
  for (let hole = records[head + BIN_NEXT]!; hole !== head; hole = records[hole + BIN_NEXT]!) {
    largest = Math.max(largest, records[hole + SIZE]!);
  }
  return largest;
}

/** The head of a bin, in whose ring its holes are. */
export function headOf(set: number, bin: number): number {
  return HEADS + set * HEADS_PER_SET + 2 * bin;
}

/** What the bits say of a bin, and whether its row has any bit. */
export function bitsOf(header: Int32Array, set: number, bin: number): { bin: boolean; row: boolean; any: boolean } {
  const rows = BITS + set * BITS_PER_SET;
  const columns = header[rows + 1 + (bin >> 5)]!;
  return {
    bin: (columns & (1 << (bin & 31))) !== 0,
    row: (header[rows]! & (1 << (bin >> 5))) !== 0,
    any: columns !== 0,
  };
}

/** The hole that came last into a bin that has some. */
function firstHole(records: Int32Array, set: number, bin: number): number {
  return records[headOf(set, bin) + BIN_NEXT]!;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
