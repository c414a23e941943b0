import type { Handle, IAllocator } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { isAllocator } from "../allocators/is-allocator.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { BlobError, describe } from "../errors.ts";
import { Block } from "./block.ts";
import { assertConvertible, convertElements, roundingOf } from "./convert.ts";
import type { ConvertOptions } from "./convert.ts";
import { assertCopyable, copyElements } from "./copy-elements.ts";
import { assertIterable, elementsOf } from "./elements.ts";
import type { BlobElement } from "./elements.ts";
import { Holding } from "./holding.ts";
import { LockedMemory } from "./locked-memory.ts";
import type { ReadonlyLockedMemory } from "./locked-memory.ts";
import { MemoryBlob } from "./memory-blob.ts";
import type { PrecisionName } from "./precision.ts";
import { boundsOf, partOf } from "./roi.ts";
import type { ROI } from "./roi.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { TensorDescLike } from "./tensor-desc.ts";
import { assertWrappable } from "./typed-data.ts";
import type { WrappableOf } from "./typed-data.ts";
import { alignmentOf, assertAligned, assertFits } from "./view.ts";

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
 * A region (`createROI`) or view (`viewAs`) of a blob is a blob too. It shares the block, and needs its parent no longer:
 * the block goes back with the last of them, in any order. It cannot allocate or change its shape, since the memory is
 * not its own; a parent that does so leaves its regions and views with the block they had.
 *
 * Contents are whatever was in the memory before, until they are written.
 */
export class TBlob<P extends PrecisionName = PrecisionName> extends MemoryBlob<P> {
  #desc: TensorDesc<P>;
  readonly #allocator: IAllocator;
  /** Bytes of the wrapped array; `undefined` when the memory is the allocator's. */
  readonly #wrappedBytes: number | undefined;
  /** What it is of its parent, for a blob over another's memory. */
  #part: "region" | "view" | undefined;
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

  /**
   * A blob over a block that is allocated already: what native code, a worker or a decoder was given by its handle becomes
   * a tensor without a copy.
   *
   * The blob takes the block over. It frees the handle when it, its regions and its maps are done with it, so nobody else
   * frees or adopts that handle; locks that are held go on, and while one is, the block cannot be freed: unlock before the
   * blob is deallocated. After an error the handle is the caller's as before.
   *
   * @param handle a live handle of `allocator`, of at least `desc.spanBytes` bytes. All bytes of its block are the blob's
   *   {@link capacity}
   * @throws {DescError} for a desc that makes no sense, or a precision without a size
   * @throws {InvalidHandleError} when the handle is not live there; {@link LockError} when a lock conflicts
   * @throws {BlobError} when the block has too few bytes, and for what is no allocator
   *
   * @example
   * const handle = heap.alloc(640 * 480);
   * decoder.decodeInto(heap.lock(handle));
   * heap.unlock(handle);
   * using luma = TBlob.adopt({ precision: "U8", dims: [1, 1, 480, 640] }, heap, handle);
   */
  static adopt<P extends PrecisionName>(desc: TensorDescLike<P>, allocator: IAllocator, handle: Handle): TBlob<P> {
    const target = TensorDesc.of(desc);
    const { spanBytes } = target;
    if (!isAllocator(allocator))
      throw new BlobError(`adopt: ${describe(allocator)} is no allocator. Bring the one that gave the handle.`);
    const { byteLength } = allocator.lock(handle, LockOp.LOCK_FOR_READ);
    allocator.unlock(handle);
    if (byteLength < spanBytes) {
      throw new BlobError(
        `adopt: ${target.toString()} needs ${spanBytes} bytes, but the block has ${byteLength}. Use smaller dims, or allocate more.`,
      );
    }
    return TBlob.over(target, new Block(allocator, byteLength, handle), 0, byteLength);
  }

  /** @internal A blob over a part of a block, which is its own to use. It takes over one share of the block. */
  static over<P extends PrecisionName>(
    desc: TensorDesc<P>,
    block: Block,
    byteOffset: number,
    capacity: number,
  ): TBlob<P> {
    const blob = new TBlob(desc, block.allocator);
    blob.#holding = new Holding(blob, block, byteOffset, capacity);
    return blob;
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

  /**
   * Bytes of the block: what {@link setShape} can use without another one. 0 when there is none. For a region or view,
   * the bytes that it shows.
   */
  get capacity(): number {
    if (this.#holding === undefined) return 0;
    return this.#part === undefined ? this.#holding.capacity : this.#desc.spanBytes;
  }

  /**
   * Obtains a block, and then drops the one it had, if any. Contents are not carried over; open maps keep showing the
   * old block. A blob that wraps an array gets that array again.
   *
   * @throws {OutOfMemoryError} when the allocator has no room; the blob is as it was
   * @throws {BlobError} for a region or view
   */
  override allocate(): void {
    this.#assertOwn("allocate");
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
   * @throws {BlobError} for a region or view, and for a blob that is not allocated, strided or padded, or has open maps,
   *   since those show the old shape; and beyond the capacity of a wrapped array
   * @throws {OutOfMemoryError} when the allocator has no room
   */
  setShape(dims: readonly number[]): void {
    this.#assertOwn("setShape");
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
    assertCloneOptions(options);
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
    this.#writeTo(other, (source, target) => copyElements(source, this.#desc, target, other.#desc));
  }

  /** {@link copyTo} from the other side. */
  copyFrom(other: TBlob<P>): void {
    assertTBlob(other);
    other.copyTo(this);
  }

  /**
   * Writes every element to the other blob's element at the same logical position, as a number of the other's precision.
   *
   * Integers are rounded, half to even unless told otherwise, then clamped, and NaN becomes 0; floats are rounded to the
   * nearest; to BOOL, everything but 0 is 1; to Q78 in 256ths. NF4 and custom precisions convert to themselves only.
   *
   * @throws {DescError} when dims differ, one layout is ANY, or there is no conversion between the precisions
   * @throws {BlobError} when one of the two is not allocated, or not aligned to its precision
   */
  convertTo(other: TBlob, options: ConvertOptions = {}): void {
    assertTBlob(other);
    const rounding = roundingOf(options);
    this.#allocated("convertTo");
    other.#allocated("convertTo");
    assertConvertible(this.#desc, other.#desc);
    if (other === (this as TBlob)) return;
    this.#writeTo(other, (source, target) => convertElements(source, this.#desc, target, other.#desc, rounding));
  }

  /**
   * A blob over a part of this one's memory, without a copy. Its desc has the strides of this one, its maps begin at its
   * first element, and its positions count from there. A region may be empty.
   *
   * @param roi a rectangle in pixels in one image of an NCHW or NHWC blob, all channels of it
   * @throws {BlobError} when this blob is not allocated
   * @throws {DescError} when the region is not inside it; for elements that are no whole bytes (U4, BIN …); for layout ANY
   *   and layouts that split a dim into blocks
   */
  createROI(roi: ROI): TBlob<P>;
  /**
   * The same between two positions, in logical dims whatever the layout.
   *
   * @param end exclusive
   *
   * @example
   * using crop = blob.createROI([0, 0, 10, 20], [1, 3, 110, 220]); // [1, 3, 100, 200]
   */
  createROI(begin: readonly number[], end: readonly number[]): TBlob<P>;
  createROI(roi: ROI | readonly number[], end?: readonly number[]): TBlob<P> {
    const holding = this.#allocated("createROI");
    const bounds = isPosition(roi) ? { begin: roi, end: end! } : boundsOf(this.#desc, roi);
    const { desc, byteOffset } = partOf(this.#desc, bounds);
    return this.#share("region", holding, desc, byteOffset);
  }

  /**
   * A blob over the same bytes with another desc, without a copy and without a conversion: the bytes of its maps are
   * those of this blob's maps, from `byteOffset` on.
   *
   * @param byteOffset Default: 0
   * @throws {BlobError} when this blob is not allocated, when the desc needs more bytes than there are, and when its
   *   elements would not be aligned in the allocator's memory
   * @throws {DescError} for a desc that makes no sense; {@link LockError} when a lock conflicts
   *
   * @example
   * using bytes = blob.viewAs({ precision: "U8", dims: [blob.byteSize] });
   */
  viewAs<Q extends PrecisionName>(desc: TensorDescLike<Q>, byteOffset = 0): TBlob<Q> {
    const holding = this.#allocated("viewAs");
    const target = TensorDesc.of(desc);
    assertFits(this.#desc, target, byteOffset);
    if (alignmentOf(target.precision) > 1) {
      const map = this.rmap();
      try {
        assertAligned(target.precision, map.bytes.byteOffset, byteOffset);
      } finally {
        map.dispose();
      }
    }
    return this.#share("view", holding, target, byteOffset);
  }

  /**
   * Iterates over all elements in logical order, the last dim fastest, whatever the layout and the strides. The blob is
   * mapped for reading from the first step until the loop is left.
   *
   * This is the general way and a slow one: it makes an object for each element. For a loop that counts, index the
   * `data` of a map with the strides of the desc, or clone the blob, which packs it.
   *
   * @throws {BlobError} when it is not allocated
   * @throws {DescError} for layout ANY, and for precisions that are mapped as packed bytes
   *
   * @example
   * for (const { position, value } of blob.elements()) if (value > 0.5) found.push(position);
   */
  elements(): Generator<BlobElement<P>, void, undefined> {
    this.#allocated("elements");
    assertIterable(this.#desc);
    return elementsOf(this);
  }

  /** Locks both blobs while `write` runs. */
  #writeTo(other: TBlob, write: (source: Uint8Array, target: Uint8Array) => void): void {
    const source = this.#map("copyTo", LockOp.LOCK_FOR_READ);
    try {
      const target = other.wmap();
      try {
        write(source.bytes, target.bytes);
      } finally {
        target.dispose();
      }
    } finally {
      source.dispose();
    }
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

  #share<Q extends PrecisionName>(
    part: "region" | "view",
    holding: Holding,
    desc: TensorDesc<Q>,
    byteOffset: number,
  ): TBlob<Q> {
    const blob = new TBlob(desc, this.#allocator);
    blob.#part = part;
    blob.#holding = holding.share(blob, byteOffset);
    return blob;
  }

  #allocated(operation: string): Holding {
    if (this.#holding !== undefined) return this.#holding;
    const cure =
      this.#part === undefined
        ? "Call allocate() first, or make it with createBlob."
        : `This ${this.#part} was deallocated: make another one of its parent.`;
    throw new BlobError(`${operation}: ${this.#desc.toString()} has no memory. ${cure}`);
  }

  #assertOwn(operation: string): void {
    if (this.#part === undefined) return;
    throw new BlobError(
      `${operation}: ${this.#desc.toString()} is a ${this.#part} of another blob's memory. Clone it first, or make ` +
        `another ${this.#part} of its parent.`,
    );
  }

  /** A preallocated allocator would hand the clone the source's own memory. */
  #allocatorOfClones(): IAllocator {
    return this.#allocator instanceof PreallocatedAllocator ? defaultAllocator() : this.#allocator;
  }
}

function isPosition(value: ROI | readonly number[]): value is readonly number[] {
  return Array.isArray(value);
}

/** An allocator in place of the options would be ignored without a word. */
function assertCloneOptions(options: unknown): void {
  if (typeof options !== "object" || options === null || isAllocator(options)) {
    throw new BlobError(`The options of a clone are { allocator }, not ${describe(options)}.`);
  }
  const { allocator } = options as { allocator?: unknown };
  if (allocator === undefined || isAllocator(allocator)) return;
  throw new BlobError(
    `The allocator of a clone must be an allocator, not ${describe(allocator)}. Leave it out instead.`,
  );
}

function assertTBlob(value: unknown): asserts value is TBlob {
  if (value instanceof TBlob) return;
  throw new BlobError(`A blob is copied to or from a TBlob, not ${describe(value)}. Wrap an array with createBlob.`);
}
