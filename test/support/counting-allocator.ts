import type { Handle, IAllocator } from "../../src/allocator.ts";
import { LockOp } from "../../src/allocator.ts";
import { SystemAllocator } from "../../src/allocators/system.ts";
import { OutOfMemoryError } from "../../src/errors.ts";

/** A system allocator that counts what is out, and fails on demand. */
export class CountingAllocator implements IAllocator {
  readonly #system: SystemAllocator = new SystemAllocator();
  readonly #live: Map<Handle, number> = new Map();
  /** Locks that were not unlocked. */
  locks = 0;
  /** Calls of alloc that succeeded, and locks by operation. */
  allocs = 0;
  readLocks = 0;
  writeLocks = 0;
  /** Makes `alloc` throw OutOfMemoryError. */
  isExhausted = false;
  /** Makes `lock` throw this. */
  lockError: Error | undefined;

  get liveCount(): number {
    return this.#live.size;
  }

  get liveBytes(): number {
    return [...this.#live.values()].reduce((sum, size) => sum + size, 0);
  }

  alloc(size: number): Handle {
    if (this.isExhausted) {
      const numbers = { liveBytes: this.liveBytes, limitBytes: this.liveBytes, largestFreeBytes: 0 };
      throw new OutOfMemoryError({ allocator: "CountingAllocator", requestedBytes: size, ...numbers });
    }
    const handle = this.#system.alloc(size);
    this.#live.set(handle, size);
    this.allocs++;
    return handle;
  }

  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (this.lockError !== undefined) throw this.lockError;
    const view = this.#system.lock(handle, op);
    this.locks++;
    if (op === LockOp.LOCK_FOR_READ) this.readLocks++;
    else this.writeLocks++;
    return view;
  }

  unlock(handle: Handle): void {
    this.#system.unlock(handle);
    this.locks--;
  }

  free(handle: Handle): boolean {
    const isFree = this.#system.free(handle);
    if (isFree) this.#live.delete(handle);
    return isFree;
  }
}
