import { describe, expect, test } from "vitest";
import { DescError } from "../errors.ts";
import type { LayoutName } from "./layout.ts";
import { Precision } from "./precision.ts";
import { boundsOf, checkedROI, partOf } from "./roi.ts";
import type { ROI } from "./roi.ts";
import { TensorDesc } from "./tensor-desc.ts";

const NCHW = new TensorDesc("FP32", [2, 3, 10, 20]);
const NHWC = new TensorDesc("U8", [2, 3, 10, 20], "NHWC");

describe("a part", () => {
  test("has the strides of its parent and begins at its own first element", () => {
    const { desc, byteOffset } = partOf(NCHW, { begin: [1, 0, 2, 5], end: [2, 3, 6, 12] });
    expect(desc.dims).toEqual([1, 3, 4, 7]);
    expect(desc.blocking).toMatchObject({ blockDims: [1, 3, 4, 7], strides: [600, 200, 20, 1], offsetPadding: 0 });
    expect([desc.layout, desc.precision]).toEqual(["NCHW", Precision.FP32]);
    expect(byteOffset).toBe(4 * (600 + 2 * 20 + 5));
    expect(desc.spanBytes).toBe(4 * (2 * 200 + 3 * 20 + 7));
  });

  test("is in logical dims, whatever the order in memory", () => {
    const { desc, byteOffset } = partOf(NHWC, { begin: [0, 1, 2, 5], end: [2, 3, 6, 12] });
    expect([desc.layout, desc.dims]).toEqual(["NHWC", [2, 2, 4, 7]]);
    expect(desc.blocking).toMatchObject({ blockDims: [2, 4, 7, 2], strides: [600, 60, 3, 1] });
    expect(byteOffset).toBe(2 * 60 + 5 * 3 + 1);
  });

  test.each<[LayoutName, number[]]>([
    ["OIHW", [4, 3, 2, 2]],
    ["HW", [6, 5]],
    ["GOIHW", [2, 3, 4, 5, 6]],
    ["OIDHW", [2, 3, 4, 5, 6]],
    ["GOIDHW", [2, 2, 3, 4, 5, 6]],
    ["CN", [4, 5]],
    ["BLOCKED", [2, 3, 4, 5]],
  ])("of %s is called that, too, and so is a part of the part", (layout, dims) => {
    const parent = new TensorDesc("U8", dims, layout);
    const part = partOf(parent, { begin: dims.map(() => 1), end: dims });
    expect(part.desc.layout).toBe(layout);
    expect(part.desc.dims).toEqual(dims.map((dim) => dim - 1));
    expect(part.desc.withPrecision("FP32").layout).toBe(layout);
    expect(part.desc.withDims(part.desc.dims).layout).toBe(layout);
    expect(partOf(part.desc, { begin: dims.map(() => 0), end: part.desc.dims }).desc.layout).toBe(layout);
    expect(partOf(parent, { begin: dims.map(() => 0), end: dims }).desc.equals(parent)).toBe(true);
  });

  test("that is everything lies as its parent does", () => {
    const { desc, byteOffset } = partOf(NCHW, { begin: [0, 0, 0, 0], end: NCHW.dims });
    expect(desc.equals(NCHW)).toBe(true);
    expect([byteOffset, desc.blocking.isPacked]).toEqual([0, true]);
  });

  test("counts the padding of its parent once, and has none itself", () => {
    const blocking = {
      blockDims: [4, 4],
      order: [0, 1],
      strides: [8, 1],
      offsetPadding: 3,
      offsetPaddingToData: [1, 2],
    };
    const parent = new TensorDesc("I16", [4, 4], blocking);
    const { desc, byteOffset } = partOf(parent, { begin: [1, 1], end: [3, 3] });
    expect(byteOffset).toBe(2 * (3 + 8 + 2 + 8 + 1));
    expect(byteOffset).toBe(2 * parent.offsetOf([1, 1]));
    expect(desc.blocking).toMatchObject({ offsetPadding: 0, offsetPaddingToData: [0, 0] });
    expect(desc.offsetOf([0, 0])).toBe(0);
  });

  test("of a scalar is the scalar", () => {
    const { desc, byteOffset } = partOf(new TensorDesc("FP64", []), { begin: [], end: [] });
    expect([desc.layout, desc.size, desc.spanBytes, byteOffset]).toEqual(["SCALAR", 1, 8, 0]);
  });

  test.each([
    [
      [0, 0, 0, 0],
      [2, 3, 10, 0],
    ],
    [
      [2, 3, 10, 20],
      [2, 3, 10, 20],
    ],
    [
      [1, 1, 4, 5],
      [2, 1, 6, 8],
    ],
  ])("from %o to %o may be empty, and then needs no memory", (begin, end) => {
    const { desc, byteOffset } = partOf(NCHW, { begin, end });
    expect([desc.size, desc.spanBytes, byteOffset]).toEqual([0, 0, 0]);
  });

  test("of a tensor without elements is one", () => {
    const { desc } = partOf(new TensorDesc("U8", [2, 0, 3], "HWC"), { begin: [1, 0, 1], end: [2, 0, 3] });
    expect([desc.dims, desc.size]).toEqual([[1, 0, 2], 0]);
  });
});

const SPLIT = { blockDims: [1, 2, 4, 4, 8], order: [0, 1, 2, 3, 1] };
const REFUSED: [string, TensorDesc, unknown, unknown, string][] = [
  [
    "an end beyond the dims",
    NCHW,
    [0, 0, 0, 0],
    [2, 3, 10, 21],
    "end[3] is 21, but dims[3] of FP32 [2, 3, 10, 20] NCHW is 20. End at 20 or before.",
  ],
  [
    "an end before its begin",
    NCHW,
    [0, 2, 0, 0],
    [2, 1, 9, 9],
    "end[1] is 1, but begin[1] is 2. The end is exclusive: use 2 or more.",
  ],
  [
    "a begin beyond the dims",
    NCHW,
    [0, 0, 11, 0],
    [2, 3, 11, 20],
    "end[2] is 11, but dims[2] of FP32 [2, 3, 10, 20] NCHW is 10",
  ],
  [
    "a begin of another rank",
    NCHW,
    [0, 0, 0],
    [2, 3, 10, 20],
    "begin [0, 0, 0] has rank 3, but FP32 [2, 3, 10, 20] NCHW has rank 4. Give one index per dim.",
  ],
  [
    "an end of another rank",
    NCHW,
    [0, 0, 0, 0],
    [2, 3, 10, 20, 1],
    "end [2, 3, 10, 20, 1] has rank 5, but FP32 [2, 3, 10, 20] NCHW has rank 4",
  ],
  ["no end", NCHW, [0, 0, 0, 0], undefined, "end must be an array of integers, not undefined"],
  ["a negative index", NCHW, [0, 0, -1, 0], [1, 1, 1, 1], "begin[2] must be an integer from 0 to 2^53 - 1, not -1"],
  ["a fraction", NCHW, [0, 0, 0, 0], [1, 1, 1, 1.5], "end[3] must be an integer from 0 to 2^53 - 1, not 1.5"],
  [
    "4-bit elements",
    new TensorDesc("U4", [4]),
    [0],
    [2],
    "elements of 4 bits (U4) do not start on whole bytes. Convert the blob",
  ],
  ["single bits", new TensorDesc("BIN", [8]), [0], [8], "elements of 1 bits (BIN)"],
  ["12-bit elements", new TensorDesc(Precision.custom(12), [4]), [0], [2], "elements of 12 bits (CUSTOM)"],
  ["layout ANY", new TensorDesc("U8", [4], "ANY"), [0], [2], "U8 [4] ANY does not say where its elements lie"],
  [
    "split dims",
    new TensorDesc("U8", [1, 16, 4, 4], SPLIT),
    [0, 0, 0, 0],
    [1, 8, 4, 4],
    "the order [0, 1, 2, 3, 1] of U8 [1, 16, 4, 4] BLOCKED splits a dim into blocks",
  ],
];

test.each(REFUSED)("%s is refused with the numbers", (_, desc, begin, end, message) => {
  const bounds = { begin: begin as number[], end: end as number[] };
  expect(() => partOf(desc, bounds)).toThrow(DescError);
  expect(() => partOf(desc, bounds)).toThrow(message);
});

const RECTANGLE: ROI = { id: 1, posX: 5, posY: 2, sizeX: 7, sizeY: 4 };

describe("a rectangle", () => {
  test.each([NCHW, NHWC])("covers all channels of one image of %s", (desc) => {
    expect(boundsOf(desc, RECTANGLE)).toEqual({ begin: [1, 0, 2, 5], end: [2, 3, 6, 12] });
  });

  test("is in the first image where none is named", () => {
    expect(boundsOf(NHWC, { posX: 0, posY: 0, sizeX: 20, sizeY: 10 })).toEqual({
      begin: [0, 0, 0, 0],
      end: [1, 3, 10, 20],
    });
  });

  test("may be empty, at the very edge too", () => {
    expect(boundsOf(NHWC, { posX: 20, posY: 10, sizeX: 0, sizeY: 0 }).end).toEqual([1, 3, 10, 20]);
  });

  const WRONG: [Partial<Record<keyof ROI, unknown>>, string][] = [
    [{ id: 2 }, "id is 2, but U8 [2, 3, 10, 20] NHWC has 2 images, counted from 0. Choose one of them."],
    [
      { posX: 14 },
      "posX 14 and sizeX 7 end at 21, outside the width 20 of U8 [2, 3, 10, 20] NHWC. Clip the region: sizeX can be 6 from there.",
    ],
    [
      { posX: 21, sizeX: 0 },
      "posX 21 and sizeX 0 end at 21, outside the width 20 of U8 [2, 3, 10, 20] NHWC. Clip the region: posX must be 20 or less.",
    ],
    [
      { sizeY: 9 },
      "posY 2 and sizeY 9 end at 11, outside the height 10 of U8 [2, 3, 10, 20] NHWC. Clip the region: sizeY can be 8 from there.",
    ],
    [{ posX: -1 }, "posX must be an integer from 0 to 2^53 - 1, not -1"],
    [{ posY: 0.5 }, "posY must be an integer from 0 to 2^53 - 1, not 0.5"],
    [{ sizeX: Number.NaN }, "sizeX must be an integer from 0 to 2^53 - 1, not NaN"],
    [{ sizeY: undefined }, "sizeY must be an integer from 0 to 2^53 - 1, not undefined"],
    [{ id: "1" }, 'id must be an integer from 0 to 2^53 - 1, not "1"'],
    [{ posX: Number.MAX_SAFE_INTEGER, sizeX: Number.MAX_SAFE_INTEGER }, "outside the width 20"],
  ];

  test.each(WRONG)("with %o is refused with the numbers", (change, message) => {
    const roi = { ...RECTANGLE, ...change } as ROI;
    expect(() => boundsOf(NHWC, roi)).toThrow(DescError);
    expect(() => boundsOf(NHWC, roi)).toThrow(message);
  });

  test.each(["OIHW", "BLOCKED"] as LayoutName[])("is not for %s", (layout) => {
    expect(() => boundsOf(new TensorDesc("U8", [1, 1, 4, 4], layout), RECTANGLE)).toThrow(
      `is of NCHW or NHWC, not of U8 [1, 1, 4, 4] ${layout}. Use createROI(begin, end).`,
    );
  });

  test.each([undefined, null, 3, "crop"])("is not %o", (value) => {
    expect(() => checkedROI(value as unknown as ROI)).toThrow(DescError);
    expect(() => checkedROI(value as unknown as ROI)).toThrow("a region is { id, posX, posY, sizeX, sizeY }");
  });
});
