/** An allocator around another one that counts what goes through it. */
import { LockOp } from "tensorheap";
import type { Handle, IAllocator, ReadonlyBytes } from "tensorheap";

export class CountingAllocator implements IAllocator {
  blocks = 0;
  bytes = 0;
  locks = 0;
  readonly #inner: IAllocator;

  constructor(inner: IAllocator) {
    this.#inner = inner;
  }

  alloc(size: number): Handle {
    const handle = this.#inner.alloc(size);
    this.blocks++;
    this.bytes += size;
    return handle;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    const view = this.#inner.lock(handle, op);
    this.locks++;
    return view;
  }

  unlock(handle: Handle): void {
    this.#inner.unlock(handle);
  }

  free(handle: Handle): boolean {
    return this.#inner.free(handle);
  }
}
