import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import type { ReclaimObserver } from "../allocators/reclaim-observer.ts";
import { BlobError, InvalidHandleError, describe } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { Adaptor } from "./adaptor.ts";

/** A blob, as far as a scope has to know it. */
export interface BlobLike {
  readonly isAllocated: boolean;
  rmap(): { dispose(): void };
}

/** A blob of blobs. */
export interface CompoundLike {
  readonly blobs: readonly BlobLike[];
}

const NAME = "ScopeAdaptor";

/** What becomes of a block when the scope ends. */
const FREED = 0;
const KEPT = 1;
/** Of a block that was locked then: it is freed with its last lock. */
const DOOMED = 2;

/**
 * Frees at its end what was allocated through it, unless it was kept. `withScope` does so around a function.
 *
 * After the end, nothing more is to be had from it. The handles of freed blocks are refused as freed ones are: a blob of
 * such a block can be deallocated, which does nothing, and not be mapped. A block that is locked at the end goes with its
 * last `unlock`, so that an open map never shows another block's bytes. Kept blocks are used and freed through the scope as
 * before; where it stands within another scope, they are that one's to free.
 *
 * @example
 * const scope = new ScopeAdaptor(heap);
 * try {
 *   const scratch = createBlob(desc, { allocator: scope });
 *   …
 * } finally {
 *   scope.end();
 * }
 */
export class ScopeAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> implements ReclaimObserver {
  readonly #blocks: HandleMap = new HandleMap();
  #hasEnded = false;
  /** The last handle that was locked. */
  #lastLocked: Handle | undefined;

  /** Whether {@link end} was called. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Lets something outlive the scope: a block by its handle, or the block of a blob or of each member of a compound
   * blob. A region keeps the block it shares. A blob with memory from elsewhere outlives it anyway.
   *
   * A blob does not tell its handle, so it is mapped for a moment, to see what it locks.
   *
   * @returns what it was given
   * @throws {BlobError} when the scope has ended, for a handle that is no block of this scope, and for what is no blob
   */
  keep<T extends Handle | BlobLike | CompoundLike>(kept: T): T {
    if (this.#hasEnded) throw new BlobError(`${NAME}.keep: the scope has ended. Keep within it.`);
    if (typeof kept === "number") {
      if (this.#blocks.get(kept) < 0) {
        throw new BlobError(`${NAME}.keep: ${kept} is no live block of this scope. Keep what was allocated in it.`);
      }
      this.#blocks.set(kept, KEPT);
    } else if (isBlobLike(kept)) {
      this.#keepBlob(kept);
    } else if (isCompoundLike(kept)) {
      for (const member of kept.blobs) this.#keepBlob(member);
    } else {
      throw new BlobError(`${NAME}.keep: ${describe(kept)} is neither a handle nor a blob. Keep one of those.`);
    }
    return kept;
  }

  /** Frees what was not kept. Does nothing the second time. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const ending: Handle[] = [];
    this.#blocks.forEach((handle, fate) => {
      if (fate === FREED) ending.push(handle as Handle);
    });
    for (const handle of ending) {
      if (this.upstream.free(handle)) this.#blocks.delete(handle);
      else this.#blocks.set(handle, DOOMED);
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** @throws {BlobError} when the scope has ended; and what the upstream throws */
  override alloc(size: number): Handle {
    if (this.#hasEnded) throw new BlobError(`${NAME}.alloc: the scope has ended. Allocate within it.`);
    const handle = this.upstream.alloc(size);
    // One block for everybody may be kept already.
    if (this.#blocks.get(handle) < 0) this.#blocks.set(handle, FREED);
    return handle;
  }

  override lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  override lock(handle: Handle, op?: LockOp): Uint8Array;
  override lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (this.#hasEnded && this.#blocks.get(handle) !== KEPT) throw new InvalidHandleError(NAME, "lock", handle);
    this.#lastLocked = handle;
    return this.upstream.lock(handle, op);
  }

  override unlock(handle: Handle): void {
    const fate = this.#hasEnded ? this.#blocks.get(handle) : KEPT;
    if (fate < 0) throw new InvalidHandleError(NAME, "unlock", handle);
    this.upstream.unlock(handle);
    if (fate === DOOMED && this.upstream.free(handle)) this.#blocks.delete(handle);
  }

  override free(handle: Handle): boolean {
    if (this.#hasEnded && this.#blocks.get(handle) !== KEPT) return false;
    if (!this.upstream.free(handle)) return false;
    this.#blocks.delete(handle);
    return true;
  }

  /** Passes on that a kept block was forgotten. The others are the scope's to free: none of them can be forgotten. */
  noteReclaimed(handle: Handle, sharers: number): void {
    if (this.#blocks.get(handle) === KEPT) notifyReclaimed(this.upstream, handle, sharers);
  }

  #keepBlob(blob: BlobLike): void {
    if (!blob.isAllocated) return;
    this.#lastLocked = undefined;
    blob.rmap().dispose();
    const handle: Handle | undefined = this.#lastLocked;
    if (handle !== undefined && this.#blocks.get(handle) >= 0) this.#blocks.set(handle, KEPT);
  }
}

/** Whether a value can be mapped for reading, as blobs can. */
export function isBlobLike(value: unknown): value is BlobLike {
  return typeof value === "object" && value !== null && typeof (value as Partial<BlobLike>).rmap === "function";
}

/** Whether a value is a blob of blobs. */
export function isCompoundLike(value: unknown): value is CompoundLike {
  if (typeof value !== "object" || value === null) return false;
  const { blobs } = value as Partial<CompoundLike>;
  return Array.isArray(blobs) && blobs.every(isBlobLike);
}
