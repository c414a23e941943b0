import type { Handle, IAllocator } from "../../allocator.ts";
import { LockOp } from "../../allocator.ts";
import { EngineError } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";

/** What ONNX Runtime's kernels want of an address: the vector units read 64 bytes at a time. */
const ALIGNMENT = 64;

/** Allocators whose blocks do not begin on 64-byte boundaries of the address space: they are asked for 63 bytes more. */
const unaligned: WeakSet<IAllocator> = new WeakSet();

/**
 * A block of an allocator in the hands of native code: locked, at a known address, on a 64-byte boundary. It is shared by
 * count, and goes back with the last sharer.
 */
export class EngineBlock {
  /** Bytes that were asked for. */
  readonly size: number;
  /** Of the first byte, for as long as the block is pinned. */
  readonly address: number;
  readonly #allocator: IAllocator;
  readonly #handle: Handle;
  /** Bytes of the allocator's block before the first byte. */
  readonly #skipped: number;
  /** The view, referenced for as long as native code may use the memory behind it. */
  #pinned: Uint8Array | undefined;
  #sharers = 1;

  /**
   * The caller is the first sharer, and the block is pinned.
   *
   * @throws {OutOfMemoryError} and whatever else the allocator throws
   * @throws {EngineError} when its memory cannot be given to native code; nothing is held then
   */
  constructor(allocator: IAllocator, size: number) {
    const least = Math.max(size, 1);
    let handle = allocator.alloc(unaligned.has(allocator) ? least + ALIGNMENT - 1 : least);
    let placed = place(allocator, handle, least);
    if (placed === undefined) {
      unaligned.add(allocator);
      handle = allocator.alloc(least + ALIGNMENT - 1);
      placed = place(allocator, handle, least);
    }
    if (placed === undefined) throw refusal(`gave a block of fewer than the ${size} bytes it was asked for`);
    this.size = size;
    this.#allocator = allocator;
    this.#handle = handle;
    this.#pinned = placed.view;
    this.#skipped = placed.skipped;
    this.address = addressOf(placed.view) + placed.skipped;
  }

  /** Whether somebody holds a share of it: false when it went back. */
  get isShared(): boolean {
    return this.#sharers > 0;
  }

  retain(): this {
    this.#sharers++;
    return this;
  }

  /** @returns whether the memory went back: this was the last sharer, and the allocator took it */
  release(): boolean {
    if (--this.#sharers > 0) return false;
    let isFreed = false;
    try {
      this.unpin();
    } finally {
      isFreed = this.#allocator.free(this.#handle);
    }
    return isFreed;
  }

  /** Both: no native code knows the address any more, and one sharer less. */
  releasePin(): void {
    try {
      this.unpin();
    } finally {
      this.release();
    }
  }

  /** Ends the lock that the block was made with: no native code knows the address any more. */
  unpin(): void {
    if (this.#pinned === undefined) return;
    this.#pinned = undefined;
    this.#allocator.unlock(this.#handle);
  }

  /** The view of the allocator's block, and where in it the first byte is. */
  lock(op: LockOp): { readonly view: Uint8Array; readonly byteOffset: number } {
    return { view: this.#allocator.lock(this.#handle, op), byteOffset: this.#skipped };
  }

  unlock(): void {
    this.#allocator.unlock(this.#handle);
  }
}

/** Locks a fresh block, and finds the boundary in it. When there is no room behind it, the block is freed: undefined. */
function place(allocator: IAllocator, handle: Handle, size: number): { view: Uint8Array; skipped: number } | undefined {
  let isLocked = false;
  try {
    const view = allocator.lock(handle, LockOp.LOCK_FOR_WRITE);
    isLocked = true;
    const skipped = (ALIGNMENT - (addressOf(view) % ALIGNMENT)) % ALIGNMENT;
    if (skipped + size <= view.byteLength) return { view, skipped };
  } catch (error) {
    if (isLocked) giveBack(allocator, handle);
    else allocator.free(handle);
    throw error;
  }
  giveBack(allocator, handle);
  return undefined;
}

function giveBack(allocator: IAllocator, handle: Handle): void {
  try {
    allocator.unlock(handle);
  } finally {
    allocator.free(handle);
  }
}

function refusal(what: string): EngineError {
  return new EngineError(`The allocator ${what}. Check it with allocatorConformance of tensorheap/testing.`);
}
