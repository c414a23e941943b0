import { Layout } from "../../src/blob/layout.ts";
import type { LayoutName } from "../../src/blob/layout.ts";
import type { PrecisionName } from "../../src/blob/precision.ts";
import { TensorDesc } from "../../src/blob/tensor-desc.ts";
import type { Random } from "./random.ts";

const NAMES = Object.keys(Layout) as LayoutName[];

/** Small dims of a rank; now and then one of them is 0. */
export function randomDims(random: Random, rank: number): number[] {
  return Array.from({ length: rank }, () => (random.oneIn(60) ? 0 : random.between(1, rank > 3 ? 4 : 6)));
}

/** A desc of a named layout, or of any memory order with strides, padding and an offset to the data; never split. */
export function randomDesc<P extends PrecisionName>(
  random: Random,
  precision: P,
  dims: readonly number[],
): TensorDesc<P> {
  const named = NAMES.filter((name) => Layout[name].order?.length === dims.length);
  if (named.length > 0 && random.oneIn(2)) return new TensorDesc(precision, dims, random.pick(named));
  const order = random.shuffle(dims.map((_, i) => i));
  const blockDims = order.map((dim) => dims[dim]! + (random.oneIn(4) ? 1 : 0));
  const strides: number[] = [];
  let least = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    strides.unshift(least + (random.oneIn(3) ? random.between(1, 3) : 0));
    least = strides[0]! * blockDims[i]!;
  }
  const offsetPadding = random.oneIn(3) ? random.between(1, 4) : 0;
  const offsetPaddingToData = order.map(() => (random.oneIn(6) ? 1 : 0));
  return new TensorDesc(precision, dims, { blockDims, order, strides, offsetPadding, offsetPaddingToData });
}

/** All positions of dims in logical order, made the obvious way. */
export function allPositions(dims: readonly number[]): number[][] {
  let positions: number[][] = [[]];
  for (const dim of dims) {
    positions = positions.flatMap((position) => Array.from({ length: dim }, (_, i) => [...position, i]));
  }
  return positions;
}
