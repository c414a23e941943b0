import { LockOp } from "../../src/allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";

/** Unlocks, and complains about it. */
export class ComplainingHeap implements IAllocator {
  readonly heap: HeapAllocator = new HeapAllocator();
  complains = false;

  alloc(size: number): Handle {
    return this.heap.alloc(size);
  }
  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    return this.heap.lock(handle, op);
  }
  unlock(handle: Handle): void {
    this.heap.unlock(handle);
    if (this.complains) throw new TypeError("unlocked, but not gladly");
  }
  free(handle: Handle): boolean {
    return this.heap.free(handle);
  }
}
