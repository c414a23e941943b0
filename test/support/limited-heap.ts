import { LockOp } from "../../src/allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { OutOfMemoryError } from "../../src/errors.ts";

/** A heap whose limits a test can change at any time. */
export class LimitedHeap implements IAllocator {
  readonly heap: HeapAllocator = new HeapAllocator();
  /** Bytes that may be live. */
  limitBytes: number = Infinity;
  /** Allocations that will succeed from now on. */
  allocationsLeft: number = Infinity;
  refusals = 0;

  alloc(size: number): Handle {
    const { liveBytes } = this.heap.stats();
    if (this.allocationsLeft <= 0 || liveBytes + size > this.limitBytes) {
      this.refusals++;
      const limitBytes = this.allocationsLeft <= 0 ? liveBytes : this.limitBytes;
      const largestFreeBytes = Math.max(0, limitBytes - liveBytes);
      const numbers = { requestedBytes: size, liveBytes, limitBytes, largestFreeBytes };
      throw new OutOfMemoryError({ allocator: "LimitedHeap", ...numbers });
    }
    this.allocationsLeft--;
    return this.heap.alloc(size);
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    return this.heap.lock(handle, op);
  }

  unlock(handle: Handle): void {
    this.heap.unlock(handle);
  }

  free(handle: Handle): boolean {
    return this.heap.free(handle);
  }
}
