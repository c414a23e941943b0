import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { OutOfMemoryError, assertSize } from "../errors.ts";
import type { LeakedBlock } from "./allocation-failure-error.ts";

/**
 * Goes around an allocator, makes one alloc fail, and knows what was not freed.
 * Allocs after the failing one succeed again, so that a second attempt or a smaller one can be seen to work.
 */
export class FailingProbe implements IAllocator {
  /** Allocs so far with a valid size, the failing one included. */
  allocations = 0;
  /** The error that the failing alloc threw; undefined until it does. */
  injected: OutOfMemoryError | undefined;
  readonly #inner: IAllocator;
  readonly #failAt: number;
  readonly #live = new Map<Handle, LeakedBlock>();

  /** @param failAt which alloc fails, counted from 1 */
  constructor(inner: IAllocator, failAt: number) {
    this.#inner = inner;
    this.#failAt = failAt;
  }

  alloc(size: number): Handle {
    assertSize(size);
    this.allocations++;
    if (this.allocations === this.#failAt) throw (this.injected = this.#outOfMemory(size));
    const handle = this.#inner.alloc(size);
    this.#live.set(handle, { alloc: this.allocations, size });
    return handle;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    return this.#inner.lock(handle, op);
  }

  unlock(handle: Handle): void {
    this.#inner.unlock(handle);
  }

  free(handle: Handle): boolean {
    const freed = this.#inner.free(handle);
    if (freed) this.#live.delete(handle);
    return freed;
  }

  /** The blocks that are live, in the order of their allocs. */
  leaked(): readonly LeakedBlock[] {
    return [...this.#live.values()];
  }

  /** Frees what is live, locked or not, so that an allocator that is used again starts empty. */
  releaseAll(): void {
    for (const handle of this.#live.keys()) {
      try {
        while (!this.#inner.free(handle)) this.#inner.unlock(handle);
      } catch {
        // Nothing to unlock and still not freed: the allocator never frees this block.
      }
    }
    this.#live.clear();
  }

  #outOfMemory(requestedBytes: number): OutOfMemoryError {
    let liveBytes = 0;
    for (const { size } of this.#live.values()) liveBytes += size;
    return new OutOfMemoryError({
      allocator: "FailingProbe",
      requestedBytes,
      liveBytes,
      limitBytes: liveBytes,
      largestFreeBytes: 0,
      hint: `Alloc ${this.#failAt} was made to fail by checkAllAllocationFailures; free what was had and pass the error on.`,
    });
  }
}
