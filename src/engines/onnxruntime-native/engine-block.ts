import type { Handle, IAllocator } from "../../allocator.ts";
import { LockOp } from "../../allocator.ts";
import { Block } from "../../blob/block.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import { TBlob } from "../../blob/tblob.ts";
import type { TensorDesc } from "../../blob/tensor-desc.ts";
import { EngineError } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";

/** What ONNX Runtime's kernels want of an address: the vector units read 64 bytes at a time. */
const ALIGNMENT = 64;

/** Allocators whose blocks do not begin on 64-byte boundaries of the address space: they are asked for 63 bytes more. */
const unaligned: WeakSet<IAllocator> = new WeakSet();

/**
 * A block of an allocator in the hands of native code: locked, at a known address, on a 64-byte boundary, until
 * {@link release}. Blobs over it share it: it goes back when native code and all of them are done with it, in any order.
 */
export class EngineBlock {
  /** Bytes that were asked for. */
  readonly size: number;
  /** Of the first byte, for as long as the block is pinned. */
  readonly address: number;
  readonly #block: Block;
  /** Bytes of the allocator's block before the first byte. */
  readonly #skipped: number;
  /** The view, referenced for as long as native code may use the memory behind it. */
  #pinned: Uint8Array | undefined;

  /**
   * The block is pinned.
   *
   * @throws {OutOfMemoryError} and whatever else the allocator throws
   * @throws {EngineError} when its memory cannot be given to native code; nothing is held then
   */
  constructor(allocator: IAllocator, size: number) {
    const least = Math.max(size, 1);
    let byteSize = unaligned.has(allocator) ? least + ALIGNMENT - 1 : least;
    let handle = allocator.alloc(byteSize);
    let placed = place(allocator, handle, least);
    if (placed === undefined) {
      unaligned.add(allocator);
      byteSize = least + ALIGNMENT - 1;
      handle = allocator.alloc(byteSize);
      placed = place(allocator, handle, least);
    }
    if (placed === undefined) throw refusal(`gave a block of fewer than the ${size} bytes it was asked for`);
    this.size = size;
    this.#block = new Block(allocator, byteSize, handle);
    this.#pinned = placed.view;
    this.#skipped = placed.skipped;
    this.address = addressOf(placed.view) + placed.skipped;
  }

  /** Whether native code or a blob holds it: false when it went back. */
  get isShared(): boolean {
    return this.#block.isShared;
  }

  /**
   * A blob over a part of it, which must be no other blob's.
   *
   * @param byteOffset from the first byte
   */
  blobOver<P extends PrecisionName>(desc: TensorDesc<P>, byteOffset: number): TBlob<P> {
    return TBlob.over(desc, this.#block.retain(), this.#skipped + byteOffset, desc.spanBytes);
  }

  /**
   * No native code knows the address any more. To be called once.
   *
   * @returns whether the memory went back: no blob holds it, and the allocator took it
   */
  release(): boolean {
    let isFreed = false;
    try {
      if (this.#pinned !== undefined) this.#block.unlock();
    } finally {
      this.#pinned = undefined;
      isFreed = this.#block.release();
    }
    return isFreed;
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
