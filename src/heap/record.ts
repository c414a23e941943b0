/**
 * Records: eight int32 (layout.ts), one record per block, free hole or zone end, in one Int32Array. A record is named by its
 * address, the index of its first word; record 0 is a dummy that ends lists and that no handle matches.
 *
 * The records of a zone form a ring in the order of their offsets, closed by the zone's own record, which stands where
 * the next block would be bumped. Its handle word is 0: "live" for whoever coalesces, and no handle for whoever asks.
 */
import { INDEX_MASK } from "./handle.ts";
import {
  BYTES,
  FIRST_BLOCK_RECORD,
  GENERATION,
  HANDLE,
  HOLE_LIMIT,
  LOCKS,
  RECORDS_END,
  RECORD_WORDS,
  SIZE,
  SPARE_RECORD,
} from "./layout.ts";

/** Whether a record is a hole's. A zone's own counts as live. */
export function isHole(records: Int32Array, record: number): boolean {
  return records[record]! < HOLE_LIMIT;
}

/**
 * The record of a handle, 0 for what cannot be one. Of the records of blocks, only a live handle's own has it in its first
 * word; what stands before those could pass for a handle. The test of the type is for BigInts and symbols, which cannot
 * be masked.
 */
export function recordOf(handle: number): number {
  if (typeof handle !== "number") return 0;
  const record = (handle & INDEX_MASK) << 3;
  return record >= FIRST_BLOCK_RECORD ? record : 0;
}

/** Bytes that were asked for. */
export function bytesOf(records: Int32Array, block: number): number {
  const bytes = records[block + BYTES]!;
  return bytes >= 0 ? bytes : records[block + SIZE]! * 64 - ~bytes;
}

/** A record that is in no chain; there is one. Its handle word is that of a free block, not of a hole. */
export function takeRecord(records: Int32Array): number {
  let record = records[SPARE_RECORD]!;
  if (record !== 0) {
    records[SPARE_RECORD] = records[record + LOCKS]!;
  } else {
    record = records[RECORDS_END]!;
    records[RECORDS_END] = record + RECORD_WORDS;
    records[record + HANDLE] = ~(records[GENERATION]! | (record >> 3));
  }
  return record;
}
