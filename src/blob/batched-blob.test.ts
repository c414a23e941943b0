import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { BlobError, DescError } from "../errors.ts";
import { BatchedBlob } from "./batched-blob.ts";
import { CompoundBlob } from "./compound-blob.ts";
import { createBlob } from "./create-blob.ts";
import type { LayoutName } from "./layout.ts";
import type { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";

function blobs(count: number, dims: readonly number[], layout?: LayoutName): TBlob<"U8">[] {
  return Array.from({ length: count }, () => createBlob({ precision: "U8", dims, layout }));
}

describe("the desc of a batch", () => {
  const CASES: [LayoutName, number[], LayoutName, number[]][] = [
    ["NCHW", [1, 3, 4, 5], "NCHW", [3, 3, 4, 5]],
    ["NHWC", [1, 3, 4, 5], "NHWC", [3, 3, 4, 5]],
    ["NCDHW", [1, 3, 2, 4, 5], "NCDHW", [3, 3, 2, 4, 5]],
    ["NDHWC", [1, 3, 2, 4, 5], "NDHWC", [3, 3, 2, 4, 5]],
    ["NC", [1, 7], "NC", [3, 7]],
    ["CN", [1, 7], "CN", [3, 7]],
    ["C", [7], "NC", [3, 7]],
    ["CHW", [3, 4, 5], "NCHW", [3, 3, 4, 5]],
    ["HWC", [3, 4, 5], "NHWC", [3, 3, 4, 5]],
  ];

  test.each(CASES)("of three %s %o is %s %o", (layout, dims, batchLayout, batchDims) => {
    const batch = new BatchedBlob(blobs(3, dims, layout));
    expect(batch.desc.equals(new TensorDesc("U8", batchDims, batchLayout))).toBe(true);
    expect(batch.size).toBe(3);
  });

  test("of one is a batch of one", () => {
    expect(new BatchedBlob(blobs(1, [1, 3, 4, 5])).desc.dims).toEqual([1, 3, 4, 5]);
  });

  test("keeps the precision for the compiler", () => {
    expectTypeOf(new BatchedBlob(blobs(1, [4])).desc).toEqualTypeOf<TensorDesc<"U8">>();
  });

  test("of regions with equal strides is packed", () => {
    using image = createBlob({ precision: "U8", dims: [2, 3, 8, 8], layout: "NHWC" });
    const rois = [0, 1].map((id) => image.createROI({ id, posX: 2, posY: 2, sizeX: 4, sizeY: 4 }));
    using batch = new BatchedBlob(rois);
    expect([batch.desc.dims, batch.desc.blocking.isPacked]).toEqual([[2, 3, 4, 4], true]);
    expect(rois[0]!.desc.blocking.isPacked).toBe(false);
  });
});

describe("a batch is not made", () => {
  const [a, other] = [...blobs(1, [1, 3, 4, 5]), ...blobs(1, [1, 3, 4, 6])] as [TBlob<"U8">, TBlob<"U8">];
  const CASES: [string, unknown, typeof BlobError | typeof DescError, string][] = [
    ["of nothing", [], BlobError, "BatchedBlob: a batch of 0 blobs has no desc. Give it 1 or more."],
    ["of null", [a, null], BlobError, "BatchedBlob: member 1 of 2 is null, no memory blob"],
    [
      "of a batch",
      [new BatchedBlob([a])],
      BlobError,
      "member 0 of 1 is a BatchedBlob, no memory blob. Give its members instead.",
    ],
    ["of a compound blob", [new CompoundBlob([a])], BlobError, "member 0 of 1 is a CompoundBlob"],
    ["of no list", a, BlobError, "BatchedBlob: the members are a list of blobs, not a TBlob"],
    [
      "of other dims",
      [a, a, other],
      DescError,
      "member 2 is U8 [1, 3, 4, 6] NCHW with strides [72, 24, 6, 1], but member 0 is U8 [1, 3, 4, 5] NCHW with strides [60, 20, 5, 1]",
    ],
    ["of another layout", [a, ...blobs(1, [1, 3, 4, 5], "NHWC")], DescError, "member 1 is U8 [1, 3, 4, 5] NHWC"],
    [
      "of another precision",
      [a, createBlob({ precision: "I8", dims: [1, 3, 4, 5] })],
      DescError,
      "member 1 is I8 [1, 3, 4, 5] NCHW",
    ],
    [
      "of other strides",
      [a, other.createROI([0, 0, 0, 0], [1, 3, 4, 5])],
      DescError,
      "member 1 is U8 [1, 3, 4, 5] NCHW with strides [72, 24, 6, 1]",
    ],
    [
      "of batches of 2",
      blobs(2, [2, 3, 4, 5]),
      DescError,
      "dims[0] of U8 [2, 3, 4, 5] NCHW is 2, but a member is a batch of 1",
    ],
    ["of batches of 0", blobs(2, [0, 7]), DescError, "dims[0] of U8 [0, 7] NC is 0, but a member is a batch of 1"],
    [
      "of OIHW",
      blobs(2, [1, 3, 4, 5], "OIHW"),
      DescError,
      "U8 [1, 3, 4, 5] OIHW cannot be batched. Use one of NCHW, NHWC, NCDHW, NDHWC, NC, CN, C, CHW, HWC.",
    ],
    ["of scalars", blobs(2, []), DescError, "U8 [] SCALAR cannot be batched"],
    ["of ANY", blobs(2, [1, 2], "ANY"), DescError, "U8 [1, 2] ANY cannot be batched"],
    // The list is checked before the descs, and equality before the layout and the batch.
    ["of null and other dims", [a, other, null], BlobError, "member 2 of 3 is null"],
    [
      "of other layouts that are none",
      [blobs(1, [], "SCALAR")[0], a],
      DescError,
      "member 1 is U8 [1, 3, 4, 5] NCHW with strides",
    ],
  ];

  test.each(CASES)("%s", (_, members, error, message) => {
    const make = (): unknown => new BatchedBlob(members as TBlob[]);
    expect(make).toThrow(error);
    expect(make).toThrow(message);
  });
});

test("a region of a batch is the same rectangle of every image, as a batch", () => {
  const allocator = new CountingAllocator();
  const images = [1, 2].map((value) => {
    const blob = createBlob({ precision: "U8", dims: [1, 3, 4, 4], layout: "NHWC" }, { allocator });
    blob.wmap().data.fill(value);
    return blob;
  });
  const batch = new BatchedBlob(images);
  const region = batch.createROI({ posX: 2, posY: 0, sizeX: 2, sizeY: 3 });
  expect(region.desc.toString()).toBe("U8 [2, 3, 3, 2] NHWC");
  expect(region.blobs.map((blob) => blob.rmap().data[0])).toEqual([1, 2]);
  expect(() => batch.createROI({ id: 1, posX: 0, posY: 0, sizeX: 1, sizeY: 1 })).toThrow(
    "id is 1, but U8 [1, 3, 4, 4] NHWC has 1 images, counted from 0",
  );
  expect(allocator.allocs).toBe(2);
});
