/**
 * The words of an OrtAllocator struct (version 18, as of onnxruntime_c_api.h), and behind them those of the replay and of
 * the fallback, as the machine code of replay-code.ts and fallback-code.ts knows them. A word has 8 bytes.
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
  readonly MEMORY_INFO: 18;
  readonly CALL_ALLOC: 19;
  readonly CALL_FREE: 20;
  readonly CALL_RESERVE: 21;
  readonly ANSWER: 22;
  readonly CALL_LOCK: 23;
  readonly IS_UNANSWERED: 24;
  readonly SYSTEM_BLOCKS: 25;
  readonly LIST_LOCK: 26;
  readonly SET_TERMINATE: 27;
  readonly RUN_OPTIONS: 28;
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
  /** What is called where the replay has no place. */
  SLOW_ALLOC: 12,
  SLOW_FREE: 13,
  SENTINEL_ADDRESS: 14,
  /** Allocations that it had no place for. */
  SLOW_CALLS: 15,
  /** An entry that equals neither a size nor a free. */
  SENTINEL: 16,
  /** What Info returns. */
  MEMORY_INFO: 18,
  /** The callbacks, as fallback-code.ts calls them. */
  CALL_ALLOC: 19,
  CALL_FREE: 20,
  CALL_RESERVE: 21,
  /** What the callback answered; 0 until it has. */
  ANSWER: 22,
  /** Taken while a callback is asked. */
  CALL_LOCK: 23,
  /** Whether a callback came back without an answer: it is not asked any more. */
  IS_UNANSWERED: 24,
  /** The first of the blocks that the system gave then, and what is taken while the list is read or changed. */
  SYSTEM_BLOCKS: 25,
  LIST_LOCK: 26,
  /** The function that tells a run to stop, and the options of the run. */
  SET_TERMINATE: 27,
  RUN_OPTIONS: 28,
};

/** All of them. */
export const WORDS = 29;

/** As an answer: null. */
export const NULL_ANSWER = 1;
