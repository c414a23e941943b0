import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../../test/support/counting-allocator.ts";
import { BlobError, DescError } from "../../errors.ts";
import { CompoundBlob } from "../compound-blob.ts";
import { createBlob } from "../create-blob.ts";
import type { LayoutName } from "../layout.ts";
import type { PrecisionName } from "../precision.ts";
import type { ROI } from "../roi.ts";
import type { TBlob } from "../tblob.ts";
import type { TensorDesc } from "../tensor-desc.ts";
import { I420Blob } from "./i420-blob.ts";
import { NV12Blob } from "./nv12-blob.ts";

interface PlaneChange {
  precision?: PrecisionName;
  layout?: LayoutName;
  dims?: number[];
}

function plane(dims: number[], change: PlaneChange = {}, allocator?: CountingAllocator): TBlob<"U8"> {
  const desc = { precision: change.precision ?? "U8", dims: change.dims ?? dims, layout: change.layout ?? "NHWC" };
  const blob = createBlob(desc, { allocator }) as TBlob<"U8">;
  using map = blob.wmap();
  for (let i = 0; i < map.bytes.length; i++) map.bytes[i] = i;
  return blob;
}

const Y = [2, 1, 4, 8];
const UV = [2, 2, 2, 4];
const U = [2, 1, 2, 4];

test("NV12 holds its planes and describes the picture", () => {
  const [y, uv] = [plane(Y), plane(UV)];
  const picture = new NV12Blob(y, uv);
  expect([picture.y, picture.uv, picture.size]).toEqual([y, uv, 2]);
  expect(picture.desc.toString()).toBe("U8 [2, 3, 4, 8] ANY");
  expectTypeOf(picture.desc).toEqualTypeOf<TensorDesc<"U8">>();
  expectTypeOf(picture.uv).toEqualTypeOf<TBlob<"U8">>();
});

test("I420 holds its planes and describes the picture", () => {
  const [y, u, v] = [plane(Y), plane(U), plane(U)];
  const picture = new I420Blob(y, u, v);
  expect([picture.y, picture.u, picture.v, picture.size]).toEqual([y, u, v, 3]);
  expect(picture.desc.toString()).toBe("U8 [2, 3, 4, 8] ANY");
  expectTypeOf(picture.v).toEqualTypeOf<TBlob<"U8">>();
});

/** A fault of each kind, in the order in which they are looked for, and what it is called for the Y and the UV plane. */
type Fault = { y?: PlaneChange; uv?: PlaneChange; message: string };
const FAULTS: Fault[] = [
  {
    uv: { precision: "I16" },
    message: "the UV plane is I16 [2, 2, 2, 4] NHWC: it has elements of 2 bytes, but those of Y have 1",
  },
  { y: { precision: "I8" }, uv: { precision: "I8" }, message: "the Y plane is I8 [2, 1, 4, 8] NHWC: it must be U8" },
  { uv: { precision: "BOOL" }, message: "the UV plane is BOOL [2, 2, 2, 4] NHWC: it must be U8" },
  { y: { layout: "NCHW" }, message: "the Y plane is U8 [2, 1, 4, 8] NCHW: it must be NHWC" },
  { uv: { layout: "HW", dims: [2, 4] }, message: "the UV plane is U8 [2, 4] HW: it must be NHWC" },
  { uv: { dims: [1, 2, 2, 4] }, message: "it has a batch of 1, but Y has one of 2" },
  {
    y: { dims: [2, 3, 4, 8] },
    message: "the Y plane is U8 [2, 3, 4, 8] NHWC: it has 3 channels, but must have 1. Make it U8 [N, 1, H, W] NHWC.",
  },
  { uv: { dims: [2, 1, 2, 4] }, message: "it has 1 channels, but must have 2. Make it U8 [N, 2, H / 2, W / 2] NHWC." },
  {
    y: { dims: [2, 1, 5, 8] },
    message: "the UV plane is U8 [2, 2, 2, 4] NHWC: it has the height 2, but Y has 5, not twice as much",
  },
  { uv: { dims: [2, 2, 2, 8] }, message: "it has the width 8, but Y has 8, not twice as much" },
];

describe("planes of NV12 are checked, one check after the other:", () => {
  test.each(FAULTS)("$message", ({ y, uv, message }) => {
    const make = (): unknown => new NV12Blob(plane(Y, y), plane(UV, uv));
    expect(make).toThrow(DescError);
    expect(make).toThrow(`NV12Blob: `);
    expect(make).toThrow(message);
  });

  const ORDER: [string, PlaneChange, PlaneChange, string][] = [
    [
      "element size before precision",
      { precision: "FP32" },
      { precision: "I8" },
      "elements of 1 bytes, but those of Y have 4",
    ],
    ["precision before layout", { precision: "I8", layout: "NCHW" }, { precision: "I8" }, "it must be U8"],
    [
      "precision of UV before the layout of Y",
      { layout: "NCHW" },
      { precision: "I8" },
      "the UV plane is I8 [2, 2, 2, 4] NHWC: it must be U8",
    ],
    ["layout before batch", {}, { layout: "NCHW", dims: [1, 2, 2, 4] }, "it must be NHWC"],
    ["batch before channels", { dims: [2, 3, 4, 8] }, { dims: [1, 2, 2, 4] }, "a batch of 1"],
    ["channels before height", {}, { dims: [2, 3, 3, 4] }, "3 channels"],
    ["height before width", {}, { dims: [2, 2, 3, 3] }, "the height 3"],
  ];

  test.each(ORDER)("%s", (_, y, uv, message) => {
    expect(() => new NV12Blob(plane(Y, y), plane(UV, uv))).toThrow(message);
  });

  test.each([null, undefined, 3, new Uint8Array(8), new CompoundBlob([plane(Y)])])(
    "no blob before all: %o",
    (value) => {
      const wrong = value as unknown as TBlob<"U8">;
      for (const make of [
        () => new NV12Blob(wrong, plane(UV, { precision: "FP32" })),
        () => new NV12Blob(plane(Y, { precision: "FP32" }), wrong),
      ]) {
        expect(make).toThrow(BlobError);
        expect(make).toThrow("plane must be a memory blob on the host (a TBlob), not ");
      }
    },
  );
});

describe("planes of I420 are checked, U and V alike:", () => {
  const CASES: [string, PlaneChange, string][] = [
    ["element size", { precision: "FP32" }, "has elements of 4 bytes, but those of Y have 1"],
    ["precision", { precision: "I8" }, "it must be U8"],
    ["layout", { layout: "NCHW" }, "it must be NHWC"],
    ["batch", { dims: [1, 1, 2, 4] }, "a batch of 1, but Y has one of 2"],
    ["channels", { dims: [2, 2, 2, 4] }, "it has 2 channels, but must have 1. Make it U8 [N, 1, H / 2, W / 2] NHWC."],
    ["height", { dims: [2, 1, 3, 4] }, "it has the height 3, but Y has 4"],
    ["width", { dims: [2, 1, 2, 3] }, "it has the width 3, but Y has 8"],
  ];

  test.each(CASES)("%s", (_, change, message) => {
    const makeU = (): unknown => new I420Blob(plane(Y), plane(U, change), plane(U));
    const makeV = (): unknown => new I420Blob(plane(Y), plane(U), plane(U, change));
    expect(makeU).toThrow(DescError);
    expect(makeU).toThrow("I420Blob: the U plane is");
    expect(makeU).toThrow(message);
    expect(makeV).toThrow("I420Blob: the V plane is");
    expect(makeV).toThrow(message);
  });

  test("each check is of all planes before the next one", () => {
    const [narrow, planar] = [plane(U, { dims: [2, 1, 2, 3] }), plane(U, { layout: "NCHW" })];
    expect(() => new I420Blob(plane(Y), narrow, planar)).toThrow(
      "the V plane is U8 [2, 1, 2, 4] NCHW: it must be NHWC",
    );
  });

  test.each([0, 1, 2])("no blob in place %i", (place) => {
    const planes: unknown[] = [plane(Y), plane(U), plane(U)];
    planes[place] = null;
    const make = (): unknown => new I420Blob(...(planes as [TBlob<"U8">, TBlob<"U8">, TBlob<"U8">]));
    expect(make).toThrow(BlobError);
    expect(make).toThrow(`the ${"YUV"[place]} plane must be a memory blob on the host (a TBlob), not null`);
  });
});

const RECTANGLE: ROI = { id: 1, posX: 4, posY: 2, sizeX: 2, sizeY: 2 };

describe("a region of a picture", () => {
  test("is half as large in the chroma planes", () => {
    using nv12 = new NV12Blob(plane(Y), plane(UV)).createROI(RECTANGLE);
    expect([nv12.desc.dims, nv12.y.desc.dims, nv12.uv.desc.dims]).toEqual([
      [1, 3, 2, 2],
      [1, 1, 2, 2],
      [1, 2, 1, 1],
    ]);
    expect([...nv12.y.elements()].map(({ value }) => value)).toEqual([52, 53, 60, 61]);
    expect([...nv12.uv.elements()].map(({ value }) => value)).toEqual([28, 29]);
    using i420 = new I420Blob(plane(Y), plane(U), plane(U)).createROI(RECTANGLE);
    expect([...i420.u.elements()].map(({ value }) => value)).toEqual([14]);
    expect(i420.v.desc.dims).toEqual([1, 1, 1, 1]);
  });

  test("of a region adds up, and is given back as one", () => {
    const allocator = new CountingAllocator();
    const picture = new NV12Blob(plane([1, 1, 8, 8], {}, allocator), plane([1, 2, 4, 4], {}, allocator));
    const outer = picture.createROI({ posX: 2, posY: 2, sizeX: 6, sizeY: 6 });
    const inner = outer.createROI({ posX: 2, posY: 4, sizeX: 2, sizeY: 2 });
    expect(inner.y.rmap().data[0]).toBe(6 * 8 + 4);
    expect(inner.uv.rmap().data[0]).toBe((3 * 4 + 2) * 2);
    for (const blob of [picture, outer, inner]) {
      expect(allocator.liveCount).toBe(2);
      blob[Symbol.dispose]();
    }
    // The two maps above are still open.
    expect([allocator.liveCount, allocator.locks]).toEqual([2, 2]);
  });

  test.each(["posX", "posY", "sizeX", "sizeY"] as const)("cannot have an odd %s", (name) => {
    const picture = new NV12Blob(plane(Y), plane(UV));
    const three = new I420Blob(plane(Y), plane(U), plane(U));
    for (const blob of [picture, three]) {
      const make = (): unknown => blob.createROI({ ...RECTANGLE, [name]: 1 });
      expect(make).toThrow(DescError);
      expect(make).toThrow(
        `createROI: ${name} is 1, which is odd, but 2 × 2 pixels share one sample of chroma. Use 0 or 2.`,
      );
    }
  });

  test("cannot leave the picture, and leaves nothing behind when it is refused", () => {
    const allocator = new CountingAllocator();
    const picture = new I420Blob(plane(Y, {}, allocator), plane(U, {}, allocator), plane(U, {}, allocator));
    const refused: [ROI, string][] = [
      [{ ...RECTANGLE, sizeX: 6 }, "posX 4 and sizeX 6 end at 10, outside the width 8"],
      [{ ...RECTANGLE, id: 2 }, "id is 2, but"],
      [{ ...RECTANGLE, posY: -2 }, "posY must be an integer"],
      [{ ...RECTANGLE, sizeY: 1.5 }, "sizeY must be an integer"],
      [null as unknown as ROI, "a region is {"],
    ];
    for (const [roi, message] of refused) {
      expect(() => picture.createROI(roi)).toThrow(DescError);
      expect(() => picture.createROI(roi)).toThrow(message);
    }
    picture.v.deallocate();
    expect(() => picture.createROI(RECTANGLE)).toThrow(BlobError);
    expect(picture.deallocate()).toBe(true);
    expect(allocator).toMatchObject({ allocs: 3, liveCount: 0, locks: 0 });
  });
});
