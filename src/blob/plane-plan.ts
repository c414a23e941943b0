import { axesOf, isEven, stepTo } from "./axis.ts";
import type { Axis, EvenAxis } from "./axis.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/**
 * How to walk over two tensors of equal dims at once: a plane of two even axes, at every position of the outer axes. The
 * two are those that move least in the source and in the target, so that memory is read and written in order, or nearly.
 */
export interface PlanePlan {
  /** Offsets of the first element, in elements. */
  readonly source: number;
  readonly target: number;
  /** From the outermost. */
  readonly outer: readonly Axis[];
  readonly rows: EvenAxis;
  /** The longer of the two, or one that is contiguous in both tensors. */
  readonly cols: EvenAxis;
}

/** What is done to a tile of a plane. Methods and not a function: each kind of work has loops of its own to be compiled. */
export interface PlaneWork {
  /** `rows` × `cols` elements, the first at offset `s` of the source and `t` of the target, in elements. */
  plane(s: number, t: number, rows: number, cols: number): void;
}

/** Stands for an axis that is not there. */
export const ONE: EvenAxis = Object.freeze({ extent: 1, source: 0, target: 0 });

/** A contiguous axis that is shorter than this costs more as the innermost loop than a longer one with gaps. */
const SHORT = 16;
/** A tile is so small that its lines stay in the first-level cache while both tensors are gone through in different orders. */
const TILE_ROWS = 32;
const TILE_ELEMENTS = 4096;
/** Tiles begin at multiples of it, so that words of several elements stay whole. */
const TILE_STEP = 16;

const plans = new WeakMap<TensorDesc, { readonly target: TensorDesc; readonly plan: PlanePlan }>();

/** The plan for two descs of equal dims and at least one element. The last one for each source is kept. */
export function planOf(source: TensorDesc, target: TensorDesc): PlanePlan {
  const known = plans.get(source);
  if (known?.target === target) return known.plan;
  const plan = makePlan(source, target);
  plans.set(source, { target, plan });
  return plan;
}

/** Whether the rows lie in one piece in both tensors. */
export function hasContiguousRows({ cols }: PlanePlan): boolean {
  return cols.source === 1 && cols.target === 1;
}

/** Does the work on every element once. */
export function walkPlanes(plan: PlanePlan, work: PlaneWork): void {
  walk(plan, work, 0, plan.source, plan.target);
}

/** Offset of the element at position 0, in elements. */
export function originOf(desc: TensorDesc): number {
  return desc.blocking.offsetOf(desc.dims.map(() => 0));
}

/** The even axis that moves least on one side, among those from the outermost to the innermost. */
export function nearest(axes: readonly Axis[], side: "source" | "target", except?: Axis): EvenAxis | undefined {
  let found: EvenAxis | undefined;
  for (const axis of axes) {
    if (isEven(axis) && axis !== except && (found === undefined || axis[side] < found[side])) found = axis;
  }
  return found;
}

function makePlan(source: TensorDesc, target: TensorDesc): PlanePlan {
  // Both or none: the elements of ANY lie one after another, in an order that nobody knows.
  const isAny = source.layout === "ANY";
  const axes = isAny ? [{ extent: source.size, source: 1, target: 1 }] : axesOf(source, target);
  const first = nearest(axes, "target") ?? ONE;
  const nearSource = nearest(axes, "source") ?? ONE;
  const second = (nearSource === first ? nearest(axes, "target", first) : nearSource) ?? ONE;
  const isRun = first.source === 1 && first.target === 1 && first.extent >= SHORT;
  const [rows, cols] = isRun || first.extent >= second.extent ? [second, first] : [first, second];
  const outer = axes.filter((axis) => axis !== rows && axis !== cols);
  return { source: originOf(source), target: originOf(target), outer, rows, cols };
}

function walk(plan: PlanePlan, work: PlaneWork, depth: number, s: number, t: number): void {
  if (depth === plan.outer.length) {
    walkTiles(plan, work, s, t);
    return;
  }
  const { extent, source, target } = plan.outer[depth]!;
  for (let i = 0; i < extent; i++) walk(plan, work, depth + 1, s + stepTo(source, i), t + stepTo(target, i));
}

function walkTiles(plan: PlanePlan, work: PlaneWork, s: number, t: number): void {
  const { rows, cols } = plan;
  if (hasContiguousRows(plan) || rows.extent * cols.extent <= TILE_ELEMENTS) {
    work.plane(s, t, rows.extent, cols.extent);
    return;
  }
  const height = Math.min(rows.extent, TILE_ROWS);
  const width = Math.ceil(TILE_ELEMENTS / height / TILE_STEP) * TILE_STEP;
  for (let row = 0; row < rows.extent; row += height) {
    const h = Math.min(height, rows.extent - row);
    for (let col = 0; col < cols.extent; col += width) {
      const w = Math.min(width, cols.extent - col);
      work.plane(s + row * rows.source + col * cols.source, t + row * rows.target + col * cols.target, h, w);
    }
  }
}
