/**
 * The words of a record: eight int32, one record per block, free hole or zone end, in one Int32Array. A record is named
 * by its address, the index of its first word; record 0 is a dummy that ends lists and takes writes nobody reads.
 *
 * The records of a zone form a ring in the order of their offsets, closed by the zone's own record, which stands where
 * the next block would be bumped. Its handle word is 0: "live" for whoever coalesces, and no handle for whoever asks.
 */
import { INDEX_MASK } from "./handle.ts";

export const RECORD_WORDS = 8;

/** ≥ 0: the live handle; < 0: the handle to give out next, inverted. */
export const HANDLE = 0;
/** Granules. */
export const SIZE = 1;
/** The record before it in its zone. */
export const PREV = 2;
/** The record after it. */
export const NEXT = 3;
/** Granules from the start of its zone. */
export const OFFSET = 4;
/** Of a live block: its lock count. Of a hole: the next in its bin. Of a spare record: the next spare one. */
export const LOCKS = 5;
export const BIN_NEXT = 5;
/** Of a hole: the one before it in its bin. -1 for whatever is in no bin. */
export const BIN_PREV = 6;
/** The zone's record number above 7 bits of slack: granule bytes that were not asked for, 0 to 64. */
export const OWNER = 7;

/** Words of a zone's own record that mean something else there. */
export const CAPACITY: typeof SIZE = SIZE;
export const LAST: typeof PREV = PREV;
export const FIRST: typeof NEXT = NEXT;
/** Granules from the zone's start up to its last block's end. */
export const TOP: typeof OFFSET = OFFSET;
/** Holes below the top. */
export const HOLES: typeof LOCKS = LOCKS;
/** The highest that the top ever was: what may be resident. */
export const HIGH: typeof BIN_PREV = BIN_PREV;

const SLACK_BITS = 7;
export const SLACK_MASK: number = (1 << SLACK_BITS) - 1;

/** The first record of a block, behind those of zones and the heads of bins. */
export const FIRST_BLOCK_RECORD = 5520;

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

/** The owner word of a block of `zone` (a record address). */
export function ownerWord(zone: number, slack: number): number {
  return ((zone >> 3) << SLACK_BITS) | slack;
}

/** The zone that an owner word names. */
export function zoneOf(owner: number): number {
  return (owner >> SLACK_BITS) << 3;
}
