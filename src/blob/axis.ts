import type { TensorDesc } from "./tensor-desc.ts";

/**
 * How far one logical dim, or a part of it, moves two tensors of equal dims at once. Offsets are separable: that of a
 * position is a base plus one step for each axis, in any order of layouts. A step is `i * step`; where the blocks of a
 * split dim do not line up, it is looked up at `i`. In elements.
 */
export interface Axis {
  readonly extent: number;
  readonly source: number | Float64Array;
  readonly target: number | Float64Array;
}

/** An {@link Axis} whose steps are all the same. */
export interface EvenAxis extends Axis {
  readonly source: number;
  readonly target: number;
}

/**
 * The axes of a walk over two tensors, from the outermost to the innermost in the target's memory. Dims that are split
 * into blocks become one axis per block. Neighbours that are contiguous in both tensors are joined: equal layouts without
 * gaps have one axis. Axes of one entry are left out.
 *
 * @param dims the logical dims to walk over. Default: all
 */
export function axesOf(source: TensorDesc, target: TensorDesc, dims: readonly number[] = allDims(source)): Axis[] {
  const axes: Axis[] = [];
  const parts = dims.flatMap((dim) => axesOfDim(source, target, dim));
  for (const axis of parts.sort((a, b) => stepTo(b.target, 1) - stepTo(a.target, 1))) {
    const joined = join(axes.at(-1), axis);
    if (joined !== undefined) axes.pop();
    axes.push(joined ?? axis);
  }
  return axes;
}

/** How far the first `index` entries of an axis reach. */
export function stepTo(steps: number | Float64Array, index: number): number {
  return typeof steps === "number" ? steps * index : steps[index]!;
}

export function isEven(axis: Axis): axis is EvenAxis {
  return typeof axis.source === "number" && typeof axis.target === "number";
}

/**
 * The axes of one logical dim, those of one entry left out. Blocks that divide each other in both tensors are an even
 * axis each; else there is an even axis of what divides them all, under one whose steps are looked up.
 */
export function axesOfDim(source: TensorDesc, target: TensorDesc, dim: number): Axis[] {
  const extent = source.dims[dim]!;
  const blocks = [...blocksOf(source, dim), ...blocksOf(target, dim)].filter((block) => block < extent);
  let bounds = [1, ...new Set(blocks.sort((a, b) => a - b)), extent];
  const even = bounds.every((bound, i) => bound % (bounds[i - 1] ?? 1) === 0);
  if (!even) bounds = [1, bounds.reduce((common, bound) => (bound > 1 ? gcd(common, bound) : common), extent), extent];
  const axes: Axis[] = [];
  for (let i = bounds.length - 2; i >= 0; i--) {
    const unit = bounds[i]!;
    const entries = bounds[i + 1]! / unit;
    if (entries <= 1) continue;
    const isTable = !even && i === bounds.length - 2;
    const steps = (desc: TensorDesc): number | Float64Array =>
      isTable ? tableOf(desc, dim, entries, unit) : offsetIn(desc, dim, unit);
    axes.push({ extent: entries, source: steps(source), target: steps(target) });
  }
  return axes;
}

function join(outer: Axis | undefined, inner: Axis): Axis | undefined {
  if (!isEven(inner)) return undefined;
  if (outer?.source !== inner.source * inner.extent || outer.target !== inner.target * inner.extent) return undefined;
  return { extent: outer.extent * inner.extent, source: inner.source, target: inner.target };
}

/** How many indices of a dim its inner blocks hold, from the innermost; none for a dim that is not split. */
function blocksOf(desc: TensorDesc, dim: number): number[] {
  const { order, blockDims } = desc.blocking;
  const blocks: number[] = [];
  let held = 1;
  for (let i = order.lastIndexOf(dim); i > order.indexOf(dim); i--) {
    if (order[i] !== dim) continue;
    held *= blockDims[i]!;
    blocks.push(held);
  }
  return blocks;
}

function tableOf(desc: TensorDesc, dim: number, entries: number, unit: number): Float64Array {
  return Float64Array.from({ length: entries }, (_, i) => offsetIn(desc, dim, i * unit));
}

/** How far an index of one dim lies from index 0, the other dims unchanged. */
function offsetIn(desc: TensorDesc, dim: number, index: number): number {
  const { order, strides, blockDims } = desc.blocking;
  const outermost = order.indexOf(dim);
  let rest = index;
  let offset = 0;
  for (let i = order.lastIndexOf(dim); i >= outermost; i--) {
    if (order[i] !== dim) continue;
    const shift = i === outermost ? rest : rest % blockDims[i]!;
    rest = (rest - shift) / blockDims[i]!;
    offset += shift * strides[i]!;
  }
  return offset;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function allDims(desc: TensorDesc): readonly number[] {
  return desc.dims.map((_, dim) => dim);
}
