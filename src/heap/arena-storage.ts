/**
 * Where an arena keeps its books: three flat arrays, so that they can stand in private memory and grow, or in memory
 * that several threads share and be of a fixed size.
 */
import { BITS, BITS_WORDS } from "./bins.ts";
import { INDEX_BITS } from "./handle.ts";
import { FIRST_BLOCK_RECORD, RECORD_WORDS } from "./record.ts";

/** Blocks that were freed and not yet coalesced, at most. */
export const PENDING_LIMIT = 2048;

/** Regions that an arena can have at once; each has two zones, whose records stand right behind the dummy. */
export const MAX_REGIONS = 128;
export const MAX_RECORD_WORDS: number = (1 << INDEX_BITS) * RECORD_WORDS;

/** Blocks and holes together, at most. */
export const MAX_BLOCKS: number = (MAX_RECORD_WORDS - FIRST_BLOCK_RECORD) / RECORD_WORDS;

/** Words of the header. */
export const SPARE_RECORD = 0;
export const RECORDS_END = 1;
export const PENDING_COUNT = 2;
export const LOCKED_COUNT = 3;
export const GENERATION = 4;
/** One past the last region slot that was ever used. */
export const REGIONS_END = 5;
/** Behind the bits of the bins. */
export const PENDING: number = BITS + BITS_WORDS;
export const HEADER_WORDS: number = PENDING + PENDING_LIMIT;

/**
 * Slots of the counters, which outgrow 32 bits. What is pending is not freed yet; a pending block that is handed out
 * again counts in the last two only, as one free and one allocation more.
 */
export const TOTAL_BYTES = 0;
export const TOTAL_COUNT = 1;
export const FREED_BYTES = 2;
export const FREED_COUNT = 3;
export const PEAK_BYTES = 4;
export const PEAK_COUNT = 5;
export const REUSED_BYTES = 6;
export const REUSED_COUNT = 7;
export const COUNTERS = 8;

export interface ArenaStorage {
  readonly header: Int32Array;
  readonly counters: Float64Array;
  readonly records: Int32Array;
  /** Gives larger records with the old ones copied, or `undefined` when there is no room for more. */
  grow(records: Int32Array): Int32Array | undefined;
}

/** Books in private memory; the records double as they fill, up to what a handle can name. */
export function privateStorage(): ArenaStorage {
  return {
    header: new Int32Array(HEADER_WORDS),
    counters: new Float64Array(COUNTERS),
    records: new Int32Array(FIRST_BLOCK_RECORD + 255 * RECORD_WORDS),
    grow: doubled,
  };
}

function doubled(records: Int32Array): Int32Array | undefined {
  if (records.length >= MAX_RECORD_WORDS) return undefined;
  const larger = new Int32Array(Math.min(records.length * 2, MAX_RECORD_WORDS));
  larger.set(records);
  return larger;
}
