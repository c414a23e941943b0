/**
 * The words of an OrtAllocator struct (version 18, as of onnxruntime_c_api.h), and behind them those of the replay, as the
 * machine code of replay-code.ts knows them. A word has 8 bytes.
 */
export const WORD: {
  readonly VERSION: 0;
  readonly ALLOC: 1;
  readonly FREE: 2;
  readonly INFO: 3;
  readonly RESERVE: 4;
  readonly LOCK: 8;
  readonly CURSOR: 9;
  readonly BASE: 10;
  readonly HEIGHT: 11;
  readonly SLOW_ALLOC: 12;
  readonly SLOW_FREE: 13;
  readonly SENTINEL_ADDRESS: 14;
  readonly SLOW_CALLS: 15;
  readonly SENTINEL: 16;
} = {
  VERSION: 0,
  ALLOC: 1,
  FREE: 2,
  INFO: 3,
  RESERVE: 4,
  // 5 to 7: functions that newer versions of the struct have. Null.
  /** Taken by the code while it reads and moves the cursor. */
  LOCK: 8,
  /** Address of the next entry. */
  CURSOR: 9,
  /** Where the block of the run begins, and its bytes. */
  BASE: 10,
  HEIGHT: 11,
  /** The callbacks. */
  SLOW_ALLOC: 12,
  SLOW_FREE: 13,
  SENTINEL_ADDRESS: 14,
  /** Allocations that went to the callback. */
  SLOW_CALLS: 15,
  /** An entry that equals neither a size nor a free. */
  SENTINEL: 16,
};

/** Words of the struct and the replay together. */
export const WORDS = 18;
