import { describe, expect, test } from "vitest";
import { axesOf } from "./axis.ts";
import { TensorDesc } from "./tensor-desc.ts";

const NCHW = new TensorDesc("U8", [2, 3, 40, 50], "NCHW");
const NHWC = new TensorDesc("U8", [2, 3, 40, 50], "NHWC");

test("equal layouts without gaps have one axis", () => {
  expect(axesOf(NHWC, NHWC)).toEqual([{ extent: 12_000, source: 1, target: 1 }]);
});

test("height and width are one axis between NCHW and NHWC", () => {
  expect(axesOf(NCHW, NHWC)).toEqual([
    { extent: 2, source: 6000, target: 6000 },
    { extent: 2000, source: 1, target: 3 },
    { extent: 3, source: 2000, target: 1 },
  ]);
});

test("rows of a wider image stay rows", () => {
  const wide = { blockDims: [2, 3, 40, 50], order: [0, 1, 2, 3], strides: [12_000, 4000, 100, 1] };
  expect(axesOf(new TensorDesc("U8", [2, 3, 40, 50], wide), NCHW)).toEqual([
    { extent: 240, source: 100, target: 50 },
    { extent: 50, source: 1, target: 1 },
  ]);
});

const channels = (extent: number, inner: number): TensorDesc =>
  new TensorDesc("U8", [1, extent, 1, 1], {
    blockDims: [1, Math.ceil(extent / inner), 1, 1, inner],
    order: [0, 1, 2, 3, 1],
    strides: [4000, 100, 100, 100, 1],
  });

describe("a dim that is split into blocks", () => {
  test("has an axis for each block", () => {
    expect(axesOf(channels(24, 8), channels(24, 4))).toEqual([
      { extent: 3, source: 100, target: 200 },
      { extent: 2, source: 4, target: 100 },
      { extent: 4, source: 1, target: 1 },
    ]);
  });

  test("has none for a block that holds all of it", () => {
    expect(axesOf(channels(3, 8), channels(3, 8))).toEqual([{ extent: 3, source: 1, target: 1 }]);
  });

  test("has an axis of what divides all blocks, under one that is looked up, where they do not line up", () => {
    expect(axesOf(channels(20, 8), channels(20, 20))).toEqual([
      { extent: 5, source: Float64Array.of(0, 4, 100, 104, 200), target: Float64Array.of(0, 4, 8, 12, 16) },
      { extent: 4, source: 1, target: 1 },
    ]);
  });

  test("is looked up index by index where nothing divides them", () => {
    expect(axesOf(channels(5, 2), channels(5, 5))).toEqual([
      { extent: 5, source: Float64Array.of(0, 1, 100, 101, 200), target: Float64Array.of(0, 1, 2, 3, 4) },
    ]);
  });
});

test("some dims only can be asked for", () => {
  expect(axesOf(NCHW, NHWC, [1])).toEqual([{ extent: 3, source: 2000, target: 1 }]);
});

test("a scalar has no axes", () => {
  expect(axesOf(new TensorDesc("U8", []), new TensorDesc("U8", []))).toEqual([]);
});
