import { describe, expect, test } from "vitest";
import { DescError } from "../errors.ts";
import { BlockingDesc } from "./blocking-desc.ts";
import type { BlockingDescLike } from "./blocking-desc.ts";

/** nChw8c of 20 channels: 3 blocks of 8, of which 4 entries are unused. */
const BLOCKED = { blockDims: [2, 3, 4, 5, 8], order: [0, 1, 2, 3, 1] };

describe("strides", () => {
  test("are dense by default, the last one 1", () => {
    const desc = new BlockingDesc({ blockDims: [2, 3, 4, 5], order: [0, 1, 2, 3] });
    expect(desc.strides).toEqual([60, 20, 5, 1]);
    expect(desc).toMatchObject({ offsetPadding: 0, offsetPaddingToData: [0, 0, 0, 0], isPacked: true, span: 120 });
  });

  test("of NHWC follow the block dims", () => {
    const desc = BlockingDesc.plain([2, 3, 4, 5], [0, 2, 3, 1]);
    expect(desc.blockDims).toEqual([2, 4, 5, 3]);
    expect(desc.strides).toEqual([60, 15, 3, 1]);
  });

  test("may leave gaps, which are no longer packed", () => {
    const desc = new BlockingDesc({ blockDims: [2, 3], order: [0, 1], strides: [8, 2] });
    expect(desc.isPacked).toBe(false);
    expect(desc.span).toBe(8 + 2 * 2 + 1);
  });

  test.each([
    [[2, 3, 4], [12, 3, 1], "strides[1] is 3, but the blocks inside it span 4 elements"],
    [[2, 3, 4], [11, 4, 1], "strides[0] is 11"],
    [[2, 3, 4], [12, 4, 0], "strides[2] is 0"],
    // Each is at least the dense stride, but the rows would lie in one another.
    [[2, 3, 4], [12, 4, 2], "strides[1] is 4, but the blocks inside it span 8 elements"],
  ])("block dims %s with %s throw", (blockDims, strides, message) => {
    const like = { blockDims, order: [0, 1, 2], strides };
    expect(() => new BlockingDesc(like)).toThrow(DescError);
    expect(() => new BlockingDesc(like)).toThrow(message);
  });
});

describe("span", () => {
  test("counts the padding before the tensor and before the data of each block", () => {
    const like = { blockDims: [2, 3], order: [0, 1], strides: [10, 1], offsetPadding: 5, offsetPaddingToData: [1, 2] };
    // 5 + (1 + 1) * 10 + (2 + 2) * 1, and the element itself.
    expect(new BlockingDesc(like).span).toBe(30);
    expect(new BlockingDesc(like).isPacked).toBe(false);
    expect(new BlockingDesc(like).isShifted).toBe(true);
  });

  test("is in whole blocks where a dim is split", () => {
    const desc = new BlockingDesc(BLOCKED);
    expect(desc.span).toBe(2 * 3 * 4 * 5 * 8);
    expect(desc.extentOf(1)).toBe(24);
    expect(desc.rank).toBe(4);
  });

  test("of nothing is 0, of a scalar 1", () => {
    expect(new BlockingDesc({ blockDims: [2, 0, 3], order: [0, 1, 2], offsetPadding: 7 }).span).toBe(0);
    expect(new BlockingDesc({ blockDims: [], order: [] }).span).toBe(1);
  });
});

describe("offsetOf", () => {
  test("gives the remainder of a split dim to the inner block and the quotient to the outer", () => {
    const desc = new BlockingDesc(BLOCKED);
    expect(desc.offsetOf([0, 7, 0, 0])).toBe(7);
    expect(desc.offsetOf([0, 8, 0, 0])).toBe(4 * 5 * 8);
    expect(desc.offsetOf([1, 19, 3, 4])).toBe(1 * 480 + 2 * 160 + 3 * 40 + 4 * 8 + 3);
  });

  test("splits a dim three times", () => {
    const desc = new BlockingDesc({ blockDims: [3, 2, 2], order: [0, 0, 0] });
    expect(Array.from({ length: 12 }, (_, i) => desc.offsetOf([i]))).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  test("adds the paddings once", () => {
    const like = { blockDims: [2, 3], order: [0, 1], strides: [10, 1], offsetPadding: 5, offsetPaddingToData: [1, 2] };
    expect(new BlockingDesc(like).offsetOf([1, 2])).toBe(5 + 20 + 4);
  });
});

describe("withDims", () => {
  test("keeps inner blocks and rounds the outer one up", () => {
    const desc = new BlockingDesc(BLOCKED).withDims([1, 17, 6, 7]);
    expect(desc.blockDims).toEqual([1, 3, 6, 7, 8]);
    expect(desc.order).toEqual(BLOCKED.order);
  });

  test("of 0 has no outer blocks", () => {
    expect(new BlockingDesc(BLOCKED).withDims([1, 0, 6, 7]).blockDims).toEqual([1, 0, 6, 7, 8]);
  });
});

test("equality covers every field", () => {
  const like: BlockingDescLike = { blockDims: [2, 3], order: [0, 1] };
  const desc = new BlockingDesc(like);
  expect(
    desc.equals(new BlockingDesc({ ...like, strides: [3, 1], offsetPadding: 0, offsetPaddingToData: [0, 0] })),
  ).toBe(true);
  const others = [{ blockDims: [2, 4] }, { order: [1, 0] }, { strides: [4, 1] }, { offsetPadding: 1 }];
  for (const other of [...others, { offsetPaddingToData: [0, 1] }]) {
    expect(desc.equals(new BlockingDesc({ ...like, ...other }))).toBe(false);
  }
});

test("nothing of it can be changed, through the lists of the caller either", () => {
  const strides = [3, 1];
  const desc = new BlockingDesc({ blockDims: [2, 3], order: [0, 1], strides });
  strides[0] = 0;
  expect(desc.strides).toEqual([3, 1]);
  for (const list of [desc.blockDims, desc.order, desc.strides, desc.offsetPaddingToData]) {
    expect(() => (list as number[]).push(1)).toThrow(TypeError);
  }
  expect(() => Object.assign(desc, { offsetPadding: 1 })).toThrow(TypeError);
});

test.each([
  [null, "A blocking is { blockDims, order, strides? … }, not null"],
  [{}, "blockDims must be an array of integers, not undefined"],
  [{ blockDims: [2, 3], order: [0] }, "blockDims [2, 3] has 2 entries, but the order [0] has 1"],
  [{ blockDims: [2], order: [0], strides: [1, 1] }, "strides [1, 1] has 2 entries"],
  [{ blockDims: [2], order: [0], offsetPaddingToData: [] }, "offsetPaddingToData [] has 0 entries"],
  [{ blockDims: [2], order: [0], offsetPadding: -1 }, "offsetPadding must be an integer"],
  [{ blockDims: [2, 2], order: [0, 2] }, "The order [0, 2] has no dim 1"],
  [{ blockDims: [2], order: [2 ** 52] }, "has no dim 0"],
  [{ blockDims: [2, 0], order: [0, 0] }, "blockDims[1] is 0, but it is an inner part of dim 0"],
  [
    { blockDims: [2 ** 30, 2 ** 30], order: [0, 1] },
    "The extent in memory of [1073741824, 1073741824] is above 2^53 - 1",
  ],
  [{ blockDims: [2], order: [0], strides: [2 ** 53 - 1] }, "is above 2^53 - 1"],
  [{ blockDims: [2], order: [0], offsetPadding: 2 ** 53 - 1 }, "with its padding of [2] is above 2^53 - 1"],
  [{ blockDims: [2], order: [0], offsetPaddingToData: [2 ** 53 - 1] }, "with its padding of [2] is above 2^53 - 1"],
])("refuses %o", (like, message) => {
  expect(() => new BlockingDesc(like as BlockingDescLike)).toThrow(DescError);
  expect(() => new BlockingDesc(like as BlockingDescLike)).toThrow(message);
});
