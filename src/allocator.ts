/**
 * The contract that every memory in this package is reached through: OpenVINO's `InferenceEngine::IAllocator`,
 * four calls over an opaque handle. Who implements it reads this file and nothing else; who uses it can rely on every
 * MUST below, since `tensorheap/testing` checks them.
 */
import { OutOfMemoryError } from "./errors.ts";

declare const handleBrand: unique symbol;

/**
 * Names one allocation of one allocator. Opaque: not an address, and no arithmetic on it means anything.
 * A handle carries a generation, so that one that was freed is known to be stale even when its slot is in use again.
 */
export type Handle = number & { readonly [handleBrand]: "Handle" };

/** What a lock is for. The values are OpenVINO's. */
export const LockOp: { readonly LOCK_FOR_READ: 0; readonly LOCK_FOR_WRITE: 1 } = Object.freeze({
  /** The bytes will only be read. */
  LOCK_FOR_READ: 0,
  /** The bytes will be written, and may be read. */
  LOCK_FOR_WRITE: 1,
});
/** One of the values of {@link LockOp}. */
export type LockOp = (typeof LockOp)[keyof typeof LockOp];

/** A `Uint8Array` that the compiler lets you read only. Every `Uint8Array` is one. */
export interface ReadonlyBytes extends Iterable<number> {
  readonly [index: number]: number;
  readonly length: number;
  readonly byteLength: number;
  readonly byteOffset: number;
  /** For APIs that take any buffer view to read from. Writing through it is writing through a read lock. */
  readonly buffer: ArrayBufferLike;
  readonly BYTES_PER_ELEMENT: number;
  at(index: number): number | undefined;
  slice(start?: number, end?: number): Uint8Array;
  subarray(begin?: number, end?: number): ReadonlyBytes;
  indexOf(searchElement: number, fromIndex?: number): number;
  includes(searchElement: number, fromIndex?: number): boolean;
  every(predicate: (value: number, index: number) => unknown): boolean;
  some(predicate: (value: number, index: number) => unknown): boolean;
}

/**
 * Memory that the host can touch.
 *
 * - An allocator MUST validate before it changes anything: a call that throws leaves the allocator as it was.
 * - Handles MUST be small integers (below 2^30), so that they cost no garbage and no look-up in a Map.
 * - Methods are synchronous. None of them may call back into the caller.
 */
export interface IAllocator {
  /**
   * Reserves `size` bytes.
   *
   * - MUST return a live handle that no other live allocation shares bytes with
   *   (`PreallocatedAllocator`, which has one block for everybody, is the one exception).
   * - `alloc(0)` MUST return a live handle too; its view has length 0, and it is freed like any other.
   * - The bytes MUST NOT be another live block's. They read as zeros or as whatever was there before.
   *
   * @param size in bytes, an integer ≥ 0
   * @throws {OutOfMemoryError} when the bytes cannot be had
   * @throws {TypeError} when `size` is no number; {@link RangeError} when it is negative, fractional, NaN or above
   *   2^53 - 1. Both MUST have the `code` `"ERR_SIZE"`
   */
  alloc(size: number): Handle;

  /**
   * Maps a handle to memory that any code can read or write, until the matching `unlock`.
   *
   * - MUST return a view of exactly the bytes that were asked for.
   * - Locks are counted: n locks need n unlocks. Locking a locked handle MUST return the same view object.
   * - The view MUST NOT be used after the last unlock: the memory behind it may move, or be somebody else's.
   *
   * @param op default: `LockOp.LOCK_FOR_WRITE`
   * @throws {TypeError} when `op` is no {@link LockOp}
   * @throws {InvalidHandleError} when the handle is not live here
   * @throws {LockError} when the allocator is shared and the lock conflicts with one held elsewhere
   */
  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;

  /**
   * Ends one mapping of the handle.
   *
   * @throws {InvalidHandleError} when the handle is not live here
   * @throws {LockError} when it is not locked
   */
  unlock(handle: Handle): void;

  /**
   * Releases the handle and its memory, and invalidates the handle.
   *
   * MUST NOT throw. Returns `false`, having changed nothing, when the handle cannot be released: it is locked, unknown,
   * stale, freed already or another allocator's. (Handles are 30 bits: of another allocator's, one in 4,096 can happen
   * to be live here.)
   */
  free(handle: Handle): boolean;
}

/** How a remote lock treats the bytes that are there. */
export interface RemoteLockOptions {
  /** Skip the download: every byte will be overwritten before it is read. */
  readonly discard?: boolean;
}

/**
 * The same four calls for memory that the host cannot touch: a GPU, another machine. The rules are those of
 * {@link IAllocator}. A lock for reading downloads; the unlock of a lock for writing uploads.
 */
export interface IRemoteAllocator {
  alloc(size: number): Promise<Handle>;
  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ, options?: RemoteLockOptions): Promise<ReadonlyBytes>;
  lock(handle: Handle, op?: LockOp, options?: RemoteLockOptions): Promise<Uint8Array>;
  unlock(handle: Handle): Promise<void>;
  free(handle: Handle): Promise<boolean>;
}

/** What a pooled allocator says of itself. All sizes in bytes; counts are of handles. */
export interface AllocatorStats {
  /** Bytes asked for by the handles that are live now. */
  readonly liveBytes: number;
  readonly liveCount: number;
  /** The most that `liveBytes` ever was. */
  readonly peakBytes: number;
  readonly peakCount: number;
  /** Everything ever asked for, freed or not. */
  readonly totalBytes: number;
  readonly totalCount: number;
  /** Handles with at least one lock on them. */
  readonly lockedCount: number;
  /** Bytes of the regions that were ever handed out since they were taken from the runtime: what can be resident. */
  readonly footprintBytes: number;
  /** Bytes of the regions as they were taken from the runtime; pages that were never touched cost address space only. */
  readonly reservedBytes: number;
  /** The largest block that can be had without taking more from the runtime. */
  readonly largestFreeBytes: number;
}

/** An allocator that keeps a pool: it can say what it holds, give back what it does not need, and verify itself. */
export interface IPooledAllocator extends IAllocator {
  stats(): AllocatorStats;
  /** Gives memory that no live block needs back to the runtime. Returns the bytes given back. */
  trim(): number;
  /** Verifies every invariant. @throws {CorruptionError} with what it found. */
  check(): void;
}

/**
 * `alloc` for callers who want to branch on exhaustion.
 *
 * @returns the handle, or `null` when the allocator is out of memory. Every other error is thrown as it is.
 */
export function tryAlloc(allocator: IAllocator, size: number): Handle | null {
  try {
    return allocator.alloc(size);
  } catch (error) {
    if (error instanceof OutOfMemoryError) return null;
    throw error;
  }
}
