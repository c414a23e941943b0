/**
 * Holes sorted by size, so that one that fits is found in a few steps whatever their number.
 *
 * A bin holds the holes of one size up to 32 granules, then of a range of sizes, 32 ranges per doubling: at most 3 %
 * wide. A bit per bin tells whether it has any, a bit per row of 32 bins whether the row has any (the two levels of
 * Masmano's TLSF, 2004, with finer ranges). Within a bin, order is last in, first out: on real traces, sorted bins gave
 * the same footprint.
 *
 * Everything stands in the arena's header, an Int32Array; links between holes stand in their records.
 */
import { BIN_NEXT, BIN_PREV, SIZE } from "./record.ts";

const ROWS = 27;
const COLUMNS = 32;

/** Words of one set of bins: a word of row bits, a word per row, a head per bin. */
export const BINS_WORDS: number = 1 + ROWS + ROWS * COLUMNS;
const ROW = 1;
const HEAD: number = 1 + ROWS;

/** The bin of a size: row * 32 + column. */
export function binOf(granules: number): number {
  const shifted = granules + COLUMNS;
  const row = 26 - Math.clz32(shifted);
  return (row << 5) | ((shifted >>> row) & 31);
}

/** Puts a hole into its bin. `bins` is where its set starts in the header. */
export function insertHole(header: Int32Array, bins: number, records: Int32Array, hole: number): void {
  const bin = binOf(records[hole + SIZE]!);
  const head = header[bins + HEAD + bin]!;
  records[hole + BIN_NEXT] = head;
  records[hole + BIN_PREV] = 0;
  // With no head this writes into the dummy record.
  records[head + BIN_PREV] = hole;
  header[bins + HEAD + bin] = hole;
  header[bins + ROW + (bin >> 5)]! |= 1 << (bin & 31);
  header[bins]! |= 1 << (bin >> 5);
}

/** Takes a hole out of its bin. */
export function removeHole(header: Int32Array, bins: number, records: Int32Array, hole: number): void {
  const next = records[hole + BIN_NEXT]!;
  const previous = records[hole + BIN_PREV]!;
  records[next + BIN_PREV] = previous;
  if (previous !== 0) {
    records[previous + BIN_NEXT] = next;
  } else {
    const bin = binOf(records[hole + SIZE]!);
    header[bins + HEAD + bin] = next;
    if (next === 0) clearBit(header, bins, bin);
  }
  records[hole + BIN_NEXT] = 0;
  records[hole + BIN_PREV] = -1;
}

function clearBit(header: Int32Array, bins: number, bin: number): void {
  const row = bin >> 5;
  const word = header[bins + ROW + row]! & ~(1 << (bin & 31));
  header[bins + ROW + row] = word;
  if (word === 0) header[bins]! &= ~(1 << row);
}

/** A hole of at least `granules`: one of its own bin if the first there is large enough, else of the next larger. 0: none. */
export function findHole(header: Int32Array, bins: number, records: Int32Array, granules: number): number {
  const bin = binOf(granules);
  const head = header[bins + HEAD + bin]!;
  if (head !== 0 && records[head + SIZE]! >= granules) return head;

  const row = bin >> 5;
  // A shift by 32 is a shift by 0, hence -2 and not -1 shifted one further.
  const columns = header[bins + ROW + row]! & (-2 << (bin & 31));
  if (columns !== 0) return header[bins + HEAD + ((row << 5) | lowestBit(columns))]!;

  const rows = header[bins]! & (-2 << row);
  if (rows === 0) return 0;
  const above = lowestBit(rows);
  return header[bins + HEAD + ((above << 5) | lowestBit(header[bins + ROW + above]!))]!;
}

/** The hole of at least `granules` that {@link findHole} may miss: one further down in its own bin. 0: none. */
export function findHoleInOwnBin(header: Int32Array, bins: number, records: Int32Array, granules: number): number {
  let hole = header[bins + HEAD + binOf(granules)]!;
  while (hole !== 0 && records[hole + SIZE]! < granules) hole = records[hole + BIN_NEXT]!;
  return hole;
}

/** Granules of the largest hole, 0 when there is none. */
export function largestHole(header: Int32Array, bins: number, records: Int32Array): number {
  if (header[bins] === 0) return 0;
  const row = 31 - Math.clz32(header[bins]!);
  const column = 31 - Math.clz32(header[bins + ROW + row]!);
  let largest = 0;
  for (let hole = firstHole(header, bins, (row << 5) | column); hole !== 0; hole = records[hole + BIN_NEXT]!) {
    largest = Math.max(largest, records[hole + SIZE]!);
  }
  return largest;
}

/** Bins in a set. */
export const BIN_COUNT: number = ROWS * COLUMNS;

/** The first hole of a bin, 0 when it has none. */
export function firstHole(header: Int32Array, bins: number, bin: number): number {
  return header[bins + HEAD + bin]!;
}

/** Whether the bits of both levels say that the bin has holes. */
export function hasBits(header: Int32Array, bins: number, bin: number): { bin: boolean; row: boolean; any: boolean } {
  const row = header[bins + ROW + (bin >> 5)]!;
  return { bin: (row & (1 << (bin & 31))) !== 0, row: (header[bins]! & (1 << (bin >> 5))) !== 0, any: row !== 0 };
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
