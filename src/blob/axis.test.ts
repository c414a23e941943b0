import { expect, test } from "vitest";
import { axesOf } from "./axis.ts";
import { TensorDesc } from "./tensor-desc.ts";

const NCHW = new TensorDesc("U8", [2, 3, 40, 50], "NCHW");
const NHWC = new TensorDesc("U8", [2, 3, 40, 50], "NHWC");

test("equal layouts without gaps have one axis", () => {
  expect(axesOf(NHWC, NHWC)).toEqual([{ extent: 12_000, source: 1, target: 1 }]);
});

test("height and width are one axis between NCHW and NHWC, the innermost because it is the longest", () => {
  expect(axesOf(NCHW, NHWC)).toEqual([
    { extent: 2, source: 6000, target: 6000 },
    { extent: 3, source: 2000, target: 1 },
    { extent: 2000, source: 1, target: 3 },
  ]);
});

test("rows of a wider image stay rows", () => {
  const wide = { blockDims: [2, 3, 40, 50], order: [0, 1, 2, 3], strides: [12_000, 4000, 100, 1] };
  expect(axesOf(new TensorDesc("U8", [2, 3, 40, 50], wide), NCHW)).toEqual([
    { extent: 240, source: 100, target: 50 },
    { extent: 50, source: 1, target: 1 },
  ]);
});

test("a split dim has a step for each index", () => {
  const blocked = new TensorDesc("U8", [1, 5, 1, 1], { blockDims: [1, 3, 1, 1, 2], order: [0, 1, 2, 3, 1] });
  const [axis] = axesOf(blocked, new TensorDesc("U8", [1, 5, 1, 1]));
  expect(axis).toEqual({ extent: 5, source: Float64Array.of(0, 1, 2, 3, 4), target: 1 });
});

test("a scalar has one axis of one", () => {
  expect(axesOf(new TensorDesc("U8", []), new TensorDesc("U8", []))).toEqual([{ extent: 1, source: 0, target: 0 }]);
});
