import type { TensorDesc } from "./tensor-desc.ts";

/**
 * How far one logical dim moves two tensors of equal dims at once. Offsets are separable: that of a position is a base
 * plus one step for each dim, in any order of layouts. A step is `i * step` for a whole dim; for a dim that is split into
 * blocks it is looked up at `i`. In elements.
 */
export interface Axis {
  readonly extent: number;
  readonly source: number | Float64Array;
  readonly target: number | Float64Array;
}

/** A contiguous axis that is shorter than this costs more as the innermost loop than a longer one with gaps. */
const SHORT = 16;

/**
 * The axes of a copy, from the outermost loop to the innermost: in the target's order of memory, but for the last. Neighbours
 * that are contiguous in both tensors are joined: equal layouts without gaps have one axis. Never empty.
 */
export function axesOf(source: TensorDesc, target: TensorDesc): readonly Axis[] {
  const { order } = target.blocking;
  const innermost = order.filter((dim, i) => order.lastIndexOf(dim) === i);
  const axes: Axis[] = [];
  for (const dim of innermost) {
    const axis = { extent: source.dims[dim]!, source: stepsOf(source, dim), target: stepsOf(target, dim) };
    if (axis.extent === 1) continue;
    const joined = join(axes.at(-1), axis);
    if (joined !== undefined) axes.pop();
    axes.push(joined ?? axis);
  }
  return axes.length > 0 ? longestLast(axes) : [{ extent: 1, source: 0, target: 0 }];
}

export function stepTo(steps: number | Float64Array, index: number): number {
  return typeof steps === "number" ? steps * index : steps[index]!;
}

/** Puts the longest axis last, unless the last is contiguous in both tensors and not short. */
function longestLast(axes: Axis[]): Axis[] {
  const last = axes.at(-1)!;
  if (last.source === 1 && last.target === 1 && last.extent >= SHORT) return axes;
  const longest = axes.reduce((a, b) => (b.extent > a.extent ? b : a));
  return [...axes.filter((axis) => axis !== longest), longest];
}

function join(outer: Axis | undefined, inner: Axis): Axis | undefined {
  if (typeof inner.source !== "number" || typeof inner.target !== "number") return undefined;
  if (outer?.source !== inner.source * inner.extent || outer.target !== inner.target * inner.extent) return undefined;
  return { extent: outer.extent * inner.extent, source: inner.source, target: inner.target };
}

/** The stride of a dim; for a split one, the offset of each index. */
function stepsOf(desc: TensorDesc, dim: number): number | Float64Array {
  const { order, strides, blockDims } = desc.blocking;
  const inner = order.lastIndexOf(dim);
  if (order.indexOf(dim) === inner) return strides[inner]!;
  return Float64Array.from({ length: desc.dims[dim]! }, (_, index) => {
    let rest = index;
    let offset = 0;
    for (let i = inner; i >= 0; i--) {
      if (order[i] !== dim) continue;
      const shift = rest % blockDims[i]!;
      rest = (rest - shift) / blockDims[i]!;
      offset += shift * strides[i]!;
    }
    return offset;
  });
}
