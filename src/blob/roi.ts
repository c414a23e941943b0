import { DescError, describe } from "../errors.ts";
import { BlockingDesc } from "./blocking-desc.ts";
import { integer, integerList, showList } from "./integers.ts";
import type { PrecisionName } from "./precision.ts";
import { TensorDesc } from "./tensor-desc.ts";

/** A rectangle in one image of a batch, all of its channels: OpenVINO's `ROI`. In pixels, from the upper left corner. */
export interface ROI {
  /** Which image of the batch. Default: 0. */
  readonly id?: number | undefined;
  readonly posX: number;
  readonly posY: number;
  readonly sizeX: number;
  readonly sizeY: number;
}

/** Positions in logical dims: from `begin` to `end`, which is exclusive. */
export interface Bounds {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** What a part of a tensor is, and how many bytes into its parent's memory it begins. */
export interface Part<P extends PrecisionName = PrecisionName> {
  readonly desc: TensorDesc<P>;
  readonly byteOffset: number;
}

/**
 * The part of a tensor between two positions. It has the parent's strides and no padding of its own: its first element is
 * at `byteOffset`. A part without elements begins where its parent does.
 *
 * @throws {DescError} for another rank, an end before its begin or beyond the dims; for elements that are no whole bytes;
 *   for layout ANY, and for a blocked layout that splits a dim
 */
export function partOf<P extends PrecisionName>(parent: TensorDesc<P>, { begin, end }: Bounds): Part<P> {
  assertDivisible(parent);
  const first = integerList("begin", begin);
  const last = integerList("end", end);
  assertRank("begin", first, parent);
  assertRank("end", last, parent);
  const dims = parent.dims.map((_, d) => extent(parent, d, first[d]!, last[d]!));
  const { order, strides } = parent.blocking;
  const blocking = new BlockingDesc({ blockDims: order.map((dim) => dims[dim]!), order, strides });
  const desc = new TensorDesc(parent.precision, dims, blocking, parent.layout);
  const offset = desc.size === 0 ? 0 : parent.blocking.offsetOf(first);
  return { desc, byteOffset: offset * parent.precision.elementSize };
}

/**
 * The bounds of a rectangle in an NCHW or NHWC tensor.
 *
 * @throws {DescError} for another layout, a rectangle that is none, and one that is not inside the tensor
 */
export function boundsOf(parent: TensorDesc, roi: ROI): Bounds {
  const { id, posX, posY, sizeX, sizeY } = checkedROI(roi);
  if (parent.layout !== "NCHW" && parent.layout !== "NHWC") {
    throw new DescError(
      `createROI: a rectangle { id, posX, posY, sizeX, sizeY } is of NCHW or NHWC, not of ${parent.toString()}. ` +
        "Use createROI(begin, end).",
    );
  }
  const [images, channels, height, width] = parent.dims as [number, number, number, number];
  if (id >= images) {
    throw new DescError(
      `createROI: id is ${id}, but ${parent.toString()} has ${images} images, counted from 0. Choose one of them.`,
    );
  }
  assertWithin(parent, "X", posX, sizeX, width);
  assertWithin(parent, "Y", posY, sizeY, height);
  return { begin: [id, 0, posY, posX], end: [id + 1, channels, posY + sizeY, posX + sizeX] };
}

/** The five integers of a rectangle. @throws {DescError} when one is no integer ≥ 0, and for what is no rectangle */
export function checkedROI(roi: ROI): { [K in keyof ROI]-?: number } {
  if (typeof roi !== "object" || roi === null) {
    throw new DescError(
      `createROI: a region is { id, posX, posY, sizeX, sizeY }, or two lists (begin, end), not ${describe(roi)}.`,
    );
  }
  return {
    id: integer("id", roi.id ?? 0),
    posX: integer("posX", roi.posX),
    posY: integer("posY", roi.posY),
    sizeX: integer("sizeX", roi.sizeX),
    sizeY: integer("sizeY", roi.sizeY),
  };
}

/** Elements must be addressable on their own, and a region of them must have one stride per dim. */
function assertDivisible(parent: TensorDesc): void {
  const { precision, layout, blocking, rank } = parent;
  if (precision.bits === 0 || precision.bits % 8 !== 0) {
    throw new DescError(
      `createROI: elements of ${precision.bits} bits (${precision.name}) do not start on whole bytes. ` +
        "Convert the blob to a precision of 8 bits or more.",
    );
  }
  if (layout === "ANY") {
    throw new DescError(
      `createROI: ${parent.toString()} does not say where its elements lie. Give the blob another layout.`,
    );
  }
  if (blocking.order.length !== rank) {
    throw new DescError(
      `createROI: the order ${showList(blocking.order)} of ${parent.toString()} splits a dim into blocks, and a region ` +
        "would cut them. Copy the blob into a plain layout first.",
    );
  }
}

function assertRank(name: string, position: readonly number[], parent: TensorDesc): void {
  if (position.length === parent.rank) return;
  throw new DescError(
    `createROI: ${name} ${showList(position)} has rank ${position.length}, but ${parent.toString()} has rank ` +
      `${parent.rank}. Give one index per dim.`,
  );
}

function extent(parent: TensorDesc, d: number, begin: number, end: number): number {
  const dim = parent.dims[d]!;
  if (end > dim) {
    throw new DescError(
      `createROI: end[${d}] is ${end}, but dims[${d}] of ${parent.toString()} is ${dim}. End at ${dim} or before.`,
    );
  }
  if (end < begin) {
    throw new DescError(
      `createROI: end[${d}] is ${end}, but begin[${d}] is ${begin}. The end is exclusive: use ${begin} or more.`,
    );
  }
  return end - begin;
}

function assertWithin(parent: TensorDesc, axis: "X" | "Y", pos: number, size: number, dim: number): void {
  if (pos <= dim && size <= dim - pos) return;
  const cure = pos > dim ? `pos${axis} must be ${dim} or less` : `size${axis} can be ${dim - pos} from there`;
  throw new DescError(
    `createROI: pos${axis} ${pos} and size${axis} ${size} end at ${pos + size}, outside the ` +
      `${axis === "X" ? "width" : "height"} ${dim} of ${parent.toString()}. Clip the region: ${cure}.`,
  );
}
