import { describe, expect, test } from "vitest";
import type { BlockingDescLike } from "./blocking-desc.ts";
import type { LayoutName } from "./layout.ts";
import { planOf, walkPlanes } from "./plane-plan.ts";
import { TensorDesc } from "./tensor-desc.ts";

function desc(dims: readonly number[], layout?: LayoutName | BlockingDescLike): TensorDesc {
  return new TensorDesc("U8", dims, layout);
}

describe("the plane", () => {
  test("is one row where nothing is between the elements", () => {
    const plan = planOf(desc([2, 3, 4, 5]), desc([2, 3, 4, 5]));
    expect(plan).toMatchObject({ outer: [], rows: { extent: 1 }, cols: { extent: 120, source: 1, target: 1 } });
  });

  test("is the channels and the pixels between NCHW and NHWC", () => {
    const dims = [2, 3, 40, 50];
    expect(planOf(desc(dims, "NCHW"), desc(dims, "NHWC"))).toMatchObject({
      outer: [{ extent: 2, source: 6000, target: 6000 }],
      rows: { extent: 3, source: 2000, target: 1 },
      cols: { extent: 2000, source: 1, target: 3 },
    });
  });

  test("has long contiguous rows, even where there are more rows than columns", () => {
    const wide = { blockDims: [90, 20], order: [0, 1], strides: [30, 1] };
    expect(planOf(desc([90, 20], wide), desc([90, 20]))).toMatchObject({
      rows: { extent: 90, source: 30, target: 20 },
      cols: { extent: 20, source: 1, target: 1 },
    });
  });

  test("begins where the data do", () => {
    const padded = { blockDims: [4], order: [0], offsetPadding: 3, offsetPaddingToData: [2] };
    expect(planOf(desc([4], padded), desc([4]))).toMatchObject({ source: 5, target: 0 });
  });

  test("of ANY are its elements one after another", () => {
    expect(planOf(desc([3, 4], "ANY"), desc([3, 4], "ANY"))).toMatchObject({
      cols: { extent: 12, source: 1, target: 1 },
    });
  });
});

test("the last plan of a source is kept", () => {
  const [source, target, other] = [desc([2, 3], "NC"), desc([2, 3], "CN"), desc([2, 3], "CN")];
  const plan = planOf(source, target);
  expect(planOf(source, target)).toBe(plan);
  expect(planOf(source, other)).not.toBe(plan);
});

test("tiles of a large plane cover every element once", () => {
  const dims = [101, 203];
  const [source, target] = [desc(dims, "NC"), desc(dims, "CN")];
  const plan = planOf(source, target);
  const counts = new Uint8Array(101 * 203);
  let tiles = 0;
  walkPlanes(plan, {
    plane(s, t, rows, cols) {
      tiles++;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < cols; c++) {
          const from = s + r * plan.rows.source + c * plan.cols.source;
          const to = t + r * plan.rows.target + c * plan.cols.target;
          expect((from % 203) * 101 + Math.floor(from / 203)).toBe(to);
          counts[from]!++;
        }
      }
    },
  });
  expect(counts.every((count) => count === 1)).toBe(true);
  expect(tiles).toBeGreaterThan(4);
});
