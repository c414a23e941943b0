import { DescError, describe } from "../errors.ts";
import { ceilDiv, exact, integer, integerList, product, sameList, showList } from "./integers.ts";

/** What a {@link BlockingDesc} is made of. Wherever one is taken, this literal is too. All lists are equally long. */
export interface BlockingDescLike {
  /** The extent of each block in elements, the outermost first. */
  readonly blockDims: readonly number[];
  /** Which logical dim each block is (a part) of. */
  readonly order: readonly number[];
  /** Elements from one entry of a block to the next. Default: dense, the last one 1. */
  readonly strides?: readonly number[] | undefined;
  /** Elements before the tensor. Default: 0. */
  readonly offsetPadding?: number | undefined;
  /** Entries of each block before its data. Default: zeros. */
  readonly offsetPaddingToData?: readonly number[] | undefined;
}

/**
 * How logical positions map to memory. Immutable.
 *
 * A plain layout has one block per logical dim: NHWC of dims [2, 3, 4, 5] has the block dims [2, 4, 5, 3] and the order
 * [0, 2, 3, 1]. A logical dim that stands twice in the order is split, the remainder to the inner block and the quotient
 * to the outer: nChw8c of 20 channels has the block dims [N, 3, H, W, 8] and the order [0, 1, 2, 3, 1].
 */
export class BlockingDesc implements BlockingDescLike {
  readonly blockDims: readonly number[];
  readonly order: readonly number[];
  readonly strides: readonly number[];
  readonly offsetPadding: number;
  readonly offsetPaddingToData: readonly number[];
  /** Whether the strides are the dense ones and nothing is padded: the blocks lie side by side from element 0. */
  readonly isPacked: boolean;
  /**
   * Elements from the start of memory to the end of the last entry of the last block: what must be there. 0 when a block
   * has no entries. In whole blocks, since code for a blocked layout touches the unused entries of its last block too.
   */
  readonly span: number;

  /**
   * @throws {DescError} when the lists have different lengths or anything but integers ≥ 0; when a logical dim is missing
   *   from the order; when an inner part of a split dim is 0; when a stride is so small that entries would share memory;
   *   when the span is above 2^53 - 1
   */
  constructor(like: BlockingDescLike) {
    if (typeof like !== "object" || like === null) {
      throw new DescError(`A blocking is { blockDims, order, strides? … }, not ${describe(like)}.`);
    }
    this.blockDims = integerList("blockDims", like.blockDims);
    this.order = integerList("order", like.order);
    const zeros = this.order.map(() => 0);
    this.offsetPadding = integer("offsetPadding", like.offsetPadding ?? 0);
    this.offsetPaddingToData = integerList("offsetPaddingToData", like.offsetPaddingToData ?? zeros);
    this.#checkLengths();
    this.#checkOrder();
    const dense = denseStrides(this.blockDims);
    this.strides = like.strides === undefined ? Object.freeze(dense) : integerList("strides", like.strides);
    this.#checkStrides();
    const unpadded = this.offsetPadding === 0 && !this.isShifted;
    this.isPacked = unpadded && sameList(this.strides, dense);
    this.span = this.#span();
    Object.freeze(this);
  }

  /** The packed blocking of dims in a memory order, one block per dim. */
  static plain(dims: readonly number[], order: readonly number[]): BlockingDesc {
    return new BlockingDesc({ blockDims: order.map((dim) => dims[dim]!), order });
  }

  /** How many logical dims it maps. */
  get rank(): number {
    return this.order.reduce((rank, dim) => Math.max(rank, dim + 1), 0);
  }

  /** Whether a per-dim offset to data is not 0: OpenVINO does not reshape such a tensor. */
  get isShifted(): boolean {
    return this.offsetPaddingToData.some((padding) => padding !== 0);
  }

  /** The extent that the blocks of one logical dim hold together. */
  extentOf(dim: number): number {
    return product(
      "The extent",
      this.blockDims.filter((_, i) => this.order[i] === dim),
    );
  }

  /** The element offset of a logical position, which must be inside the blocks. */
  offsetOf(position: readonly number[]): number {
    const rest = [...position];
    let offset = this.offsetPadding;
    for (let i = this.order.length - 1; i >= 0; i--) {
      const dim = this.order[i]!;
      const shift = rest[dim]! % this.blockDims[i]!;
      rest[dim] = (rest[dim]! - shift) / this.blockDims[i]!;
      offset += (shift + this.offsetPaddingToData[i]!) * this.strides[i]!;
    }
    return offset;
  }

  /**
   * The packed blocking of other dims in the same memory order. Inner parts of split dims keep their size; the outermost
   * part of each dim takes what is left, rounded up.
   */
  withDims(dims: readonly number[]): BlockingDesc {
    const blockDims = this.blockDims.map((extent, i) => {
      const dim = this.order[i]!;
      if (this.order.indexOf(dim) < i) return extent;
      const inner = this.blockDims.filter((_, j) => j > i && this.order[j] === dim);
      return ceilDiv(dims[dim]!, product("The inner blocks", inner));
    });
    return new BlockingDesc({ blockDims, order: this.order });
  }

  equals(other: BlockingDesc): boolean {
    return (
      sameList(this.blockDims, other.blockDims) &&
      sameList(this.order, other.order) &&
      sameList(this.strides, other.strides) &&
      sameList(this.offsetPaddingToData, other.offsetPaddingToData) &&
      this.offsetPadding === other.offsetPadding
    );
  }

  #checkLengths(): void {
    const { blockDims, order, offsetPaddingToData } = this;
    if (blockDims.length !== order.length) throw unequalLengths("blockDims", blockDims, order);
    if (offsetPaddingToData.length !== order.length) {
      throw unequalLengths("offsetPaddingToData", offsetPaddingToData, order);
    }
  }

  #checkOrder(): void {
    const { blockDims, order } = this;
    for (let dim = 0; dim < this.rank; dim++) {
      if (order.includes(dim)) continue;
      throw new DescError(`The order ${showList(order)} has no dim ${dim}. Name every logical dim at least once.`);
    }
    for (let i = 0; i < order.length; i++) {
      if (blockDims[i] !== 0 || order.indexOf(order[i]!) === i) continue;
      throw new DescError(`blockDims[${i}] is 0, but it is an inner part of dim ${order[i]}. Give it 1 entry or more.`);
    }
  }

  /** Entries of a block must lie behind one another, not in one another. */
  #checkStrides(): void {
    const { blockDims, order, strides } = this;
    if (strides.length !== order.length) throw unequalLengths("strides", strides, order);
    let least = 1;
    for (let i = strides.length - 1; i >= 0; i--) {
      if (strides[i]! < least) {
        throw new DescError(
          `strides[${i}] is ${strides[i]}, but the blocks inside it span ${least} elements, for the strides ` +
            `${showList(strides)} of the block dims ${showList(blockDims)}. Use ${least} or more.`,
        );
      }
      least = extentOf(blockDims, strides[i]! * blockDims[i]!);
    }
  }

  #span(): number {
    if (this.blockDims.includes(0)) return 0;
    const last = this.blockDims.map((extent, i) => extent - 1 + this.offsetPaddingToData[i]!);
    const span = last.reduce((sum, entry, i) => sum + entry * this.strides[i]!, this.offsetPadding + 1);
    return exact("The extent in memory with its padding", this.blockDims, span);
  }
}

function denseStrides(blockDims: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let i = blockDims.length - 1; i >= 0; i--) {
    strides.unshift(stride);
    stride = extentOf(blockDims, stride * blockDims[i]!);
  }
  return strides;
}

/** An extent in memory; without elements none is too large, since nothing lies there. */
function extentOf(blockDims: readonly number[], extent: number): number {
  if (blockDims.includes(0)) return Math.min(extent, Number.MAX_SAFE_INTEGER);
  return exact("The extent in memory", blockDims, extent);
}

function unequalLengths(name: string, list: readonly number[], order: readonly number[]): DescError {
  return new DescError(
    `${name} ${showList(list)} has ${list.length} entries, but the order ${showList(order)} has ${order.length}. ` +
      "Give one for each block.",
  );
}
