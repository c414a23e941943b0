import type { IAllocator } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { isAllocator } from "../allocators/is-allocator.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { BlobError, describe } from "../errors.ts";
import { Block } from "./block.ts";
import { assertCopyable, copyElements } from "./copy-elements.ts";
import { Holding } from "./holding.ts";
import { LockedMemory } from "./locked-memory.ts";
import type { ReadonlyLockedMemory } from "./locked-memory.ts";
import { MemoryBlob } from "./memory-blob.ts";
import type { PrecisionName } from "./precision.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { TensorDescLike } from "./tensor-desc.ts";
import { assertWrappable } from "./typed-data.ts";
import type { WrappableOf } from "./typed-data.ts";

/** Where a clone's memory comes from. */
export interface CloneOptions {
  /** Default: the source's allocator; for a blob that wraps an array, the default allocator. */
  readonly allocator?: IAllocator | undefined;
}

/**
 * A typed tensor in host memory: OpenVINO's `TBlob`.
 *
 * It holds a block of an allocator from `allocate` until `deallocate`, or wraps an array of the caller's, which is never
 * copied. The block goes back when the blob and all its maps are done with it, in any order. A blob that is collected
 * while it holds a block gives it back then, and is counted by `reclaimed()`.
 *
 * Contents are whatever was in the memory before, until they are written.
 */
export class TBlob<P extends PrecisionName = PrecisionName> extends MemoryBlob<P> {
  #desc: TensorDesc<P>;
  readonly #allocator: IAllocator;
  /** Bytes of the wrapped array; `undefined` when the memory is the allocator's. */
  readonly #wrappedBytes: number | undefined;
  #holding: Holding | undefined;

  /**
   * OpenVINO's two-step form: a blob over an allocator holds nothing before `allocate`. One over an array is allocated.
   *
   * @param allocatorOrData an allocator, or the typed array of the precision with at least `desc.spanBytes` bytes, to be
   *   wrapped. Default: `defaultAllocator()`.
   * @throws {DescError} for a desc that makes no sense, or a precision without a size
   * @throws {BlobError} for an array of another type or with too few bytes, and for what is neither array nor allocator
   */
  constructor(desc: TensorDescLike<P>, allocatorOrData?: IAllocator | WrappableOf<P>) {
    super();
    this.#desc = TensorDesc.of(desc);
    const { spanBytes } = this.#desc;
    if (allocatorOrData === undefined) {
      this.#allocator = defaultAllocator();
    } else if (isAllocator(allocatorOrData)) {
      this.#allocator = allocatorOrData;
    } else {
      assertWrappable(this.#desc.precision, allocatorOrData);
      this.#wrappedBytes = allocatorOrData.byteLength;
      if (this.#wrappedBytes < spanBytes) {
        throw new BlobError(
          `${this.#desc.toString()} needs ${spanBytes} bytes, but the array to wrap has ${this.#wrappedBytes}. Bring a larger one.`,
        );
      }
      this.#allocator = new PreallocatedAllocator(allocatorOrData);
      this.allocate();
    }
  }

  override get desc(): TensorDesc<P> {
    return this.#desc;
  }

  override get allocator(): IAllocator {
    return this.#allocator;
  }

  override get isAllocated(): boolean {
    return this.#holding !== undefined;
  }

  /** Bytes of the block: what {@link setShape} can use without another one. 0 when there is none. */
  get capacity(): number {
    return this.#holding?.capacity ?? 0;
  }

  /**
   * Obtains a block, and then drops the one it had, if any. Contents are not carried over; open maps keep showing the
   * old block. A blob that wraps an array gets that array again.
   *
   * @throws {OutOfMemoryError} when the allocator has no room; the blob is as it was
   */
  override allocate(): void {
    this.#allocate(this.#desc.spanBytes);
  }

  /**
   * Drops the block. It goes back to the allocator now, or when the last map of it is disposed.
   *
   * @returns whether there was one
   */
  override deallocate(): boolean {
    const holding = this.#holding;
    this.#holding = undefined;
    holding?.drop();
    return holding !== undefined;
  }

  [Symbol.dispose](): void {
    this.deallocate();
  }

  /** Maps the memory for reading. @throws {BlobError} when it is not allocated; {@link LockError} when a lock conflicts */
  rmap(): ReadonlyLockedMemory<P> {
    return this.#map("rmap", LockOp.LOCK_FOR_READ);
  }

  /** Maps the memory for writing all of it: what is in it before is unspecified. Throws as {@link rmap} */
  wmap(): LockedMemory<P> {
    return this.#map("wmap", LockOp.LOCK_FOR_WRITE);
  }

  /** Maps the memory for reading and writing. Throws as {@link rmap} */
  rwmap(): LockedMemory<P> {
    return this.#map("rwmap", LockOp.LOCK_FOR_WRITE);
  }

  /**
   * Changes the dims, in the same layout. Within {@link capacity}, the memory stays; beyond it, another block is
   * allocated and the contents are unspecified. Nothing changes when it throws.
   *
   * @throws {DescError} when the layout does not take the dims
   * @throws {BlobError} for a blob that is not allocated, strided or padded, or has open maps, since those show the old
   *   shape; and beyond the capacity of a wrapped array
   * @throws {OutOfMemoryError} when the allocator has no room
   */
  setShape(dims: readonly number[]): void {
    const holding = this.#allocated("setShape");
    if (holding.openMaps > 0) {
      throw new BlobError(
        `setShape: the blob has open maps (${holding.openMaps}), which show its old shape. Dispose them first.`,
      );
    }
    if (!this.#desc.blocking.isPacked) {
      throw new BlobError(`setShape: ${this.#desc.toString()} is strided or padded. Clone it, and shape the clone.`);
    }
    const desc = this.#desc.withDims(dims);
    const { spanBytes } = desc;
    if (spanBytes > holding.capacity) {
      if (this.#wrappedBytes !== undefined) {
        throw new BlobError(
          `setShape: ${desc.toString()} needs ${spanBytes} bytes, but the wrapped array has ${this.#wrappedBytes}. ` +
            "Wrap a larger one, or let an allocator own the memory.",
        );
      }
      this.#allocate(spanBytes);
    }
    this.#desc = desc;
  }

  /**
   * A blob of its own with the same elements, packed in the same layout.
   *
   * @throws {BlobError} when this one is not allocated; {@link OutOfMemoryError} when the allocator has no room
   */
  clone(options: CloneOptions = {}): TBlob<P> {
    this.#allocated("clone");
    const { blocking } = this.#desc;
    const desc = blocking.isPacked ? this.#desc : this.#desc.withDims(this.#desc.dims);
    const clone = new TBlob(desc, options.allocator ?? this.#allocatorOfClones());
    clone.allocate();
    try {
      this.copyTo(clone);
    } catch (error) {
      clone.deallocate();
      throw error;
    }
    return clone;
  }

  /**
   * Copies every element to the other blob's element at the same logical position, whatever the two layouts. Onto itself:
   * does nothing.
   *
   * @throws {DescError} when dims or precision differ
   * @throws {BlobError} when one of the two is not allocated
   */
  copyTo(other: TBlob<P>): void {
    assertTBlob(other);
    this.#allocated("copyTo");
    other.#allocated("copyTo");
    if (other === this) return;
    assertCopyable(this.#desc, other.#desc);
    const source = this.#map("copyTo", LockOp.LOCK_FOR_READ);
    try {
      const target = other.wmap();
      try {
        copyElements(source.bytes, this.#desc, target.bytes, other.#desc);
      } finally {
        target.dispose();
      }
    } finally {
      source.dispose();
    }
  }

  /** {@link copyTo} from the other side. */
  copyFrom(other: TBlob<P>): void {
    assertTBlob(other);
    other.copyTo(this);
  }

  #allocate(byteSize: number): void {
    const block = new Block(this.#allocator, this.#wrappedBytes ?? byteSize);
    const old = this.#holding;
    this.#holding = new Holding(this, block);
    old?.drop();
  }

  #map(operation: string, op: LockOp): LockedMemory<P> {
    return new LockedMemory(this, this.#allocated(operation), this.#desc, op);
  }

  #allocated(operation: string): Holding {
    if (this.#holding !== undefined) return this.#holding;
    throw new BlobError(
      `${operation}: ${this.#desc.toString()} has no memory. Call allocate() first, or make it with createBlob.`,
    );
  }

  /** A preallocated allocator would hand the clone the source's own memory. */
  #allocatorOfClones(): IAllocator {
    return this.#allocator instanceof PreallocatedAllocator ? defaultAllocator() : this.#allocator;
  }
}

function assertTBlob(value: unknown): asserts value is TBlob {
  if (value instanceof TBlob) return;
  throw new BlobError(`A blob is copied to or from a TBlob, not ${describe(value)}. Wrap an array with createBlob.`);
}
