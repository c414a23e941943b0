import { DescError, describe } from "../errors.ts";
import { BlockingDesc } from "./blocking-desc.ts";
import type { BlockingDescLike } from "./blocking-desc.ts";
import { integerList, product, sameList, showList } from "./integers.ts";
import { assertNamed, defaultLayout, layoutOfOrder, orderOfLayout } from "./layout.ts";
import type { LayoutName } from "./layout.ts";
import { Precision } from "./precision.ts";
import type { PrecisionLike, PrecisionName } from "./precision.ts";

/** What a {@link TensorDesc} is made of. */
export interface TensorDescLiteral<P extends PrecisionName = PrecisionName> {
  readonly precision: PrecisionLike<P>;
  readonly dims: readonly number[];
  readonly layout?: LayoutName | BlockingDescLike | undefined;
}

/** Wherever a desc is taken, the literal is too. */
export type TensorDescLike<P extends PrecisionName = PrecisionName> = TensorDesc<P> | TensorDescLiteral<P>;

/**
 * What a tensor is, apart from its memory: the precision of its elements, its logical dims, and how they lie in memory.
 * Immutable; the `with` methods return new ones.
 *
 * Three sizes, equal but for the unit when nothing is padded or strided:
 * - `size`, elements: the product of the dims. 1 for no dims, 0 when one of them is 0.
 * - `byteSize`, bytes: those elements packed, their bits rounded up to a byte. What the data weigh.
 * - `spanBytes`, bytes: from the start of memory to the end of the last block, with strides, padding and the unused
 *   entries of blocked layouts. What a blob allocates and maps.
 */
export class TensorDesc<P extends PrecisionName = PrecisionName> implements TensorDescLiteral<P> {
  readonly precision: Precision<P>;
  /** Logical, outermost first, whatever the layout. */
  readonly dims: readonly number[];
  readonly layout: LayoutName;
  /** Empty for ANY, which does not say how its elements lie, and for SCALAR. */
  readonly blocking: BlockingDesc;
  readonly size: number;

  /**
   * @param layout a name, or a blocking: C, NC, CN, CHW, HWC, NCHW, NHWC, NCDHW and NDHWC are recognised by its order,
   *   anything else is BLOCKED. Default: by rank, SCALAR, C, NC, CHW, NCHW, NCDHW, then BLOCKED.
   * @param name what a blocking is called, in place of what is recognised: several layouts have one order, as OIHW and NCHW
   * @throws {DescError} for an unknown precision or layout, dims that are no integers ≥ 0, a rank that does not fit the
   *   layout, dims that do not fit the blocks, a name for another order, or a product above 2^53 - 1
   */
  constructor(
    precision: PrecisionLike<P>,
    dims: readonly number[],
    layout?: LayoutName | BlockingDescLike,
    name?: LayoutName,
  ) {
    this.precision = Precision.of(precision);
    this.dims = integerList("dims", dims);
    this.size = product("The number of elements", this.dims);
    if (typeof layout === "object" && layout !== null) {
      this.blocking = layout instanceof BlockingDesc ? layout : new BlockingDesc(layout);
      this.layout = name ?? layoutOfOrder(this.blocking.order);
      if (name !== undefined) assertNamed(name, this.blocking.order);
      this.#checkBlocks();
    } else {
      if (name !== undefined)
        throw new DescError(`${describe(name)} names a blocking. Bring one, or give one name only.`);
      this.layout = layout === undefined ? defaultLayout(this.dims.length) : layout;
      this.blocking = BlockingDesc.plain(this.dims, orderOfLayout(this.layout, this.dims));
    }
    // So that no product of this desc can overflow later. MIXED and UNSPECIFIED have no size until it is asked for.
    if (this.precision.bits > 0) this.precision.byteSizeOf(this.#span);
    Object.freeze(this);
  }

  /** The desc that a literal stands for; a desc is returned as it is. @throws {DescError} as the constructor */
  static of<P extends PrecisionName>(like: TensorDescLike<P>): TensorDesc<P> {
    if (like instanceof TensorDesc) return like;
    if (typeof like === "object" && like !== null) return new TensorDesc(like.precision, like.dims, like.layout);
    throw new DescError(`A desc is { precision, dims, layout? } or a TensorDesc, not ${describe(like)}.`);
  }

  get rank(): number {
    return this.dims.length;
  }

  /** @throws {DescError} for MIXED and UNSPECIFIED, which have no size */
  get byteSize(): number {
    return this.precision.byteSizeOf(this.size);
  }

  /** @throws {DescError} for MIXED and UNSPECIFIED, which have no size */
  get spanBytes(): number {
    return this.precision.byteSizeOf(this.#span);
  }

  /**
   * Where a logical position lies, in elements from the start of memory.
   *
   * @param position one index per dim, in the order of `dims`
   * @throws {DescError} outside the dims, for another rank, or for layout ANY
   */
  offsetOf(position: readonly number[]): number {
    this.#checkLayout("offsetOf");
    const indices = integerList("position", position);
    if (indices.length !== this.rank) {
      throw new DescError(
        `The position ${showList(indices)} has rank ${indices.length}, but the dims ${showList(this.dims)} have rank ` +
          `${this.rank}. Give one index per dim.`,
      );
    }
    for (let d = 0; d < indices.length; d++) {
      if (indices[d]! < this.dims[d]!) continue;
      throw new DescError(
        `position[${d}] is ${indices[d]}, but dims[${d}] is ${this.dims[d]}. Indices run from 0 to the dim - 1.`,
      );
    }
    return this.blocking.offsetOf(indices);
  }

  /**
   * Where the element lies that is at this place when they are counted row by row over the logical dims.
   *
   * @param linearIndex from 0 to `size - 1`
   * @throws {DescError} outside that range, or for layout ANY
   */
  offsetAt(linearIndex: number): number {
    this.#checkLayout("offsetAt");
    if (!Number.isSafeInteger(linearIndex) || linearIndex < 0 || linearIndex >= this.size) {
      throw new DescError(
        `${describe(linearIndex)} is no index into ${this.size} elements. Use an integer from 0 to size - 1.`,
      );
    }
    const position: number[] = [];
    let rest = linearIndex;
    for (let d = this.rank - 1; d >= 0; d--) {
      const dim = this.dims[d]!;
      position[d] = rest % dim;
      rest = (rest - position[d]!) / dim;
    }
    return this.blocking.offsetOf(position);
  }

  /**
   * Other dims in the same precision and memory order, packed: strides and padding belong to the old dims and are not
   * kept. The inner blocks of a blocked layout keep their size.
   *
   * @throws {DescError} when the layout does not take the rank: use {@link reshape} with a layout
   */
  withDims(dims: readonly number[]): TensorDesc<P> {
    const isBlocked = this.layout === "BLOCKED" && !isIdentity(this.blocking.order);
    if (!isBlocked) return new TensorDesc(this.precision, dims, this.layout);
    const checked = integerList("dims", dims);
    if (checked.length === this.rank) return new TensorDesc(this.precision, checked, this.blocking.withDims(checked));
    throw new DescError(
      `The blocked order ${showList(this.blocking.order)} takes rank ${this.rank}, but the dims ${showList(checked)} ` +
        `have rank ${checked.length}. Give a layout too: reshape(dims, layout).`,
    );
  }

  /** The same dims in another layout, packed where it is a name. @throws {DescError} when it does not take the rank */
  withLayout(layout: LayoutName | BlockingDescLike): TensorDesc<P> {
    return new TensorDesc(this.precision, this.dims, layout);
  }

  /** The same dims and blocking for elements of another precision. */
  withPrecision<Q extends PrecisionName>(precision: PrecisionLike<Q>): TensorDesc<Q> {
    const plain = BlockingDesc.plain(this.dims, orderOfLayout(this.layout, this.dims));
    if (this.blocking.equals(plain)) return new TensorDesc(precision, this.dims, this.layout);
    return new TensorDesc(precision, this.dims, this.blocking, this.layout);
  }

  /**
   * Other dims, and another layout if one is given. The number of elements may change, as in OpenVINO; whether they fit
   * is for the blob to say.
   *
   * @param layout Default, and the meaning of ANY: the layout as it is
   * @throws {DescError} when it does not take the rank, or when this desc has an offset to its data
   */
  reshape(dims: readonly number[], layout: LayoutName | BlockingDescLike = "ANY"): TensorDesc<P> {
    if (this.blocking.isShifted) {
      throw new DescError(
        `A desc with the offset to data ${showList(this.blocking.offsetPaddingToData)} cannot be reshaped. ` +
          "Copy it into a packed tensor first.",
      );
    }
    if (layout === "ANY") return this.withDims(dims);
    return new TensorDesc(this.precision, dims, layout);
  }

  /** Whether it has the same precision, dims, layout and blocking. */
  equals(other: TensorDescLike): boolean {
    const { precision, dims, layout, blocking } = TensorDesc.of(other);
    return (
      this.precision.equals(precision) &&
      sameList(this.dims, dims) &&
      this.layout === layout &&
      this.blocking.equals(blocking)
    );
  }

  /** As in `FP32 [1, 3, 224, 224] NCHW`. */
  toString(): string {
    return `${this.precision.name} ${showList(this.dims)} ${this.layout}`;
  }

  /** Elements from the start of memory to the end of the last block. */
  get #span(): number {
    if (this.layout === "ANY") return this.size;
    return this.size === 0 ? 0 : this.blocking.span;
  }

  #checkBlocks(): void {
    const { dims, blocking } = this;
    if (blocking.rank !== dims.length) {
      throw new DescError(
        `The order ${showList(blocking.order)} is of rank ${blocking.rank}, but the dims ${showList(dims)} have rank ` +
          `${dims.length}. Name every dim in the order.`,
      );
    }
    for (let d = 0; d < dims.length; d++) {
      const extent = blocking.extentOf(d);
      if (extent >= dims[d]!) continue;
      throw new DescError(
        `dims[${d}] is ${dims[d]}, but the block dims ${showList(blocking.blockDims)} hold ${extent} of it. Enlarge them.`,
      );
    }
  }

  #checkLayout(method: string): void {
    if (this.layout !== "ANY") return;
    throw new DescError(`${method}: layout ANY does not say where elements lie. Choose one: withLayout(layout).`);
  }
}

function isIdentity(order: readonly number[]): boolean {
  return order.every((dim, i) => dim === i);
}
