import type { Handle, IAllocator, ReadonlyBytes } from "../../allocator.ts";
import { LockOp } from "../../allocator.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import { TBlob } from "../../blob/tblob.ts";
import type { TensorDescLike } from "../../blob/tensor-desc.ts";
import { InvalidHandleError, LockError, OutOfMemoryError, assertSize } from "../../errors.ts";
import { HandleTable, slotOf } from "../../heap/handle-table.ts";
import { INDEX_MASK } from "../../heap/handle.ts";
import type { EngineBlock } from "./engine-block.ts";

const NAME = "OutputAllocator";

/** A part of a block that the engine wrote, or, without one, an allocation of the allocator below. */
interface Entry {
  readonly block: EngineBlock | undefined;
  readonly byteOffset: number;
  readonly size: number;
  readonly below: Handle | undefined;
  /** The view that was given out, and the view of the whole block that it is a part of. */
  view: Uint8Array | undefined;
  source: Uint8Array | undefined;
}

/**
 * The allocator of the blobs that a run returns. Their memory is there already: the engine allocated it from the session's
 * allocator, alone or as a part of the block that a planned run had. Anything else comes straight from that allocator.
 */
export class OutputAllocator implements IAllocator {
  /** The session's allocator. */
  readonly upstream: IAllocator;
  readonly #handles: HandleTable = new HandleTable();
  readonly #entries: (Entry | undefined)[] = [undefined];
  #next: Entry | undefined;

  constructor(upstream: IAllocator) {
    this.upstream = upstream;
  }

  /**
   * A blob over memory that the engine wrote. It takes over one share of the block.
   *
   * @throws {OutOfMemoryError} when 262,143 blobs of this kind are live; the share is the caller's then
   */
  blobOver<P extends PrecisionName>(desc: TensorDescLike<P>, block: EngineBlock, byteOffset: number): TBlob<P> {
    const blob = new TBlob<P>(desc, this);
    const size = blob.desc.spanBytes;
    this.#next = { block, byteOffset, size, below: undefined, view: undefined, source: undefined };
    try {
      blob.allocate();
    } finally {
      this.#next = undefined;
    }
    return blob;
  }

  alloc(size: number): Handle {
    assertSize(size);
    const entry = this.#next ?? this.#below(size);
    const handle = this.#handles.open();
    if (handle < 0) {
      if (entry.below !== undefined) this.upstream.free(entry.below);
      const numbers = { requestedBytes: size, liveBytes: 0, limitBytes: Infinity, largestFreeBytes: 0 };
      const hint = `All ${INDEX_MASK} handles are live; free some first.`;
      throw new OutOfMemoryError({ allocator: NAME, ...numbers, hint });
    }
    this.#entries[slotOf(handle)] = entry;
    return handle as Handle;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "lock", handle);
    const entry = this.#entries[slotOf(handle)]!;
    const view = this.#lock(entry, op);
    this.#handles.lock(handle);
    return view;
  }

  unlock(handle: Handle): void {
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "unlock", handle);
    if (!this.#handles.unlock(handle)) throw LockError.notLocked(NAME, handle);
    const { block, below } = this.#entries[slotOf(handle)]!;
    if (block === undefined) this.upstream.unlock(below!);
    else block.unlock();
  }

  free(handle: Handle): boolean {
    if (!this.#handles.close(handle)) return false;
    const slot = slotOf(handle);
    const { block, below } = this.#entries[slot]!;
    this.#entries[slot] = undefined;
    if (block === undefined) return this.upstream.free(below!);
    block.release();
    return true;
  }

  #below(size: number): Entry {
    const below = this.upstream.alloc(size);
    return { block: undefined, byteOffset: 0, size, below, view: undefined, source: undefined };
  }

  #lock(entry: Entry, op: LockOp): Uint8Array {
    if (entry.block === undefined) return this.upstream.lock(entry.below!, op);
    const { view, byteOffset } = entry.block.lock(op);
    if (entry.view === undefined || entry.source !== view) {
      entry.source = view;
      entry.view = new Uint8Array(view.buffer, view.byteOffset + byteOffset + entry.byteOffset, entry.size);
    }
    return entry.view;
  }
}
