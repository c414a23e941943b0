import type { Handle, IAllocator, LockOp } from "../allocator.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";

/** One allocation and the number of those who share it. It goes back to its allocator with the last of them. */
export class Block {
  readonly allocator: IAllocator;
  readonly byteSize: number;
  readonly #handle: Handle;
  #sharers = 1;

  /**
   * The first sharer is the caller.
   *
   * @param handle a live handle of the allocator with that many bytes, which is the block's from here on. Default: a new one
   * @throws {OutOfMemoryError} and whatever else `alloc` throws
   */
  constructor(allocator: IAllocator, byteSize: number, handle: Handle = allocator.alloc(byteSize)) {
    this.#handle = handle;
    this.allocator = allocator;
    this.byteSize = byteSize;
  }

  /** Whether somebody shares it: false once it went back. */
  get isShared(): boolean {
    return this.#sharers > 0;
  }

  /** Adds a sharer. */
  retain(): this {
    this.#sharers++;
    return this;
  }

  /** Takes a sharer away. Returns whether the memory went back: the last one left, and the allocator took it. */
  release(): boolean {
    return --this.#sharers === 0 && this.allocator.free(this.#handle);
  }

  /**
   * {@link release} for a sharer that was collected: the allocator is told before, and how many others there are.
   *
   * @returns the bytes that went back; 0 when others still share them; undefined when the allocator took nothing back
   */
  reclaim(): number | undefined {
    const others = this.#sharers - 1;
    notifyReclaimed(this.allocator, this.#handle, others);
    if (others > 0) {
      this.release();
      return 0;
    }
    return this.release() ? this.byteSize : undefined;
  }

  lock(op: LockOp): Uint8Array {
    return this.allocator.lock(this.#handle, op);
  }

  unlock(): void {
    this.allocator.unlock(this.#handle);
  }
}
