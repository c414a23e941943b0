/**
 * Where an arena keeps its books: one flat array of int32 for nearly all of it, so that a call has one base address and one
 * length to keep at hand, and a few counters. They can stand in private memory and grow, or in memory that several
 * threads share and be of a fixed size.
 */
import { INDEX_BITS } from "./handle.ts";
import { COUNTERS, FIRST_BLOCK_RECORD, RECORD_WORDS } from "./layout.ts";

const MAX_RECORD_WORDS: number = (1 << INDEX_BITS) * RECORD_WORDS;

/** Blocks and holes together, at most. */
export const MAX_BLOCKS: number = (MAX_RECORD_WORDS - FIRST_BLOCK_RECORD) / RECORD_WORDS;

export interface ArenaStorage {
  readonly counters: Float64Array;
  readonly records: Int32Array;
  /** Gives larger records with the old ones copied, or `undefined` when there is no room for more. */
  grow(records: Int32Array): Int32Array | undefined;
}

/** Books in private memory; the records double as they fill, up to what a handle can name. */
export function privateStorage(): ArenaStorage {
  return {
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
