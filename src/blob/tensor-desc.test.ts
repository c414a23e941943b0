import { describe, expect, expectTypeOf, test } from "vitest";
import { DescError } from "../errors.ts";
import { Precision } from "./precision.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { TensorDescLike } from "./tensor-desc.ts";

const N_CHW_8C = { blockDims: [2, 3, 4, 5, 8], order: [0, 1, 2, 3, 1] };

describe("layouts", () => {
  test("NCHW lies as it is written", () => {
    const { blocking } = new TensorDesc("FP32", [2, 3, 4, 5], "NCHW");
    expect(blocking).toMatchObject({ blockDims: [2, 3, 4, 5], order: [0, 1, 2, 3], strides: [60, 20, 5, 1] });
  });

  test("NHWC has logical dims and permuted block dims", () => {
    const desc = new TensorDesc("FP32", [2, 3, 4, 5], "NHWC");
    expect(desc.dims).toEqual([2, 3, 4, 5]);
    expect(desc.blocking).toMatchObject({ blockDims: [2, 4, 5, 3], order: [0, 2, 3, 1], strides: [60, 15, 3, 1] });
  });

  test("the default goes by rank", () => {
    const ranks = [[], [1], [1, 1], [1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]];
    const names = ranks.map((dims) => new TensorDesc("U8", dims).layout);
    expect(names).toEqual(["SCALAR", "C", "NC", "CHW", "NCHW", "NCDHW", "BLOCKED"]);
  });

  test("a blocking is recognised by its order", () => {
    const blocking = { blockDims: [2, 4, 5, 3], order: [0, 2, 3, 1] };
    expect(new TensorDesc("U8", [2, 3, 4, 5], blocking)).toMatchObject({ layout: "NHWC" });
    expect(new TensorDesc("U8", [2, 20, 4, 5], N_CHW_8C)).toMatchObject({ layout: "BLOCKED" });
  });

  test("a blocking may be given one of the names that its order has, and no other", () => {
    const blocking = { blockDims: [4, 3, 2, 2], order: [0, 1, 2, 3], strides: [24, 8, 4, 1] };
    const dims = blocking.blockDims;
    expect(new TensorDesc("U8", dims, blocking).layout).toBe("NCHW");
    for (const name of ["OIHW", "NCHW", "BLOCKED"] as const) {
      const desc = new TensorDesc("U8", dims, blocking, name);
      expect([desc.layout, desc.blocking.strides]).toEqual([name, blocking.strides]);
    }
    expect(() => new TensorDesc("U8", dims, blocking, "NHWC")).toThrow(/not that of NHWC\. Call it NCHW/);
    for (const name of ["NHWC", "ANY", "HW", "nchw"] as never[]) {
      expect(() => new TensorDesc("U8", dims, blocking, name)).toThrow(DescError);
    }
    expect(() => new TensorDesc("U8", dims, "NCHW", "OIHW")).toThrow(DescError);
  });

  test("a name given to a rank of its own stays, also where the order would be called otherwise", () => {
    for (const [layout, dims] of [
      ["OIHW", [1, 2, 3, 4]],
      ["HW", [1, 2]],
      ["BLOCKED", [1, 2, 3]],
    ] as const) {
      const desc = new TensorDesc("U8", dims, layout);
      expect(desc.layout).toBe(layout);
      expect(desc.withPrecision("FP32").layout).toBe(layout);
      expect(desc.withDims(dims).layout).toBe(layout);
    }
  });
});

describe("sizes", () => {
  test.each([
    ["FP32", [1, 3, 224, 224], 150_528, 602_112],
    ["FP32", [], 1, 4],
    ["FP32", [2, 0, 3], 0, 0],
    ["U4", [3], 3, 2],
    ["BIN", [9], 9, 2],
    ["I64", [1, 1, 1, 2, 1, 1, 1, 3], 6, 48],
    ["U8", [2 ** 31], 2 ** 31, 2 ** 31],
    ["FP64", [2 ** 16, 2 ** 15, 8], 2 ** 34, 2 ** 37],
  ] as const)("%s %j has %d elements in %d bytes", (precision, dims, size, byteSize) => {
    const desc = new TensorDesc(precision, dims);
    expect([desc.size, desc.byteSize, desc.spanBytes]).toEqual([size, byteSize, byteSize]);
  });

  test("with strides, the elements weigh the same and span more", () => {
    const desc = new TensorDesc("FP32", [2, 3], {
      blockDims: [2, 3],
      order: [0, 1],
      strides: [10, 1],
      offsetPadding: 4,
    });
    expect([desc.size, desc.byteSize, desc.spanBytes]).toEqual([6, 24, (4 + 10 + 2 + 1) * 4]);
  });

  test("a blocked layout spans whole blocks", () => {
    const desc = new TensorDesc("U8", [2, 20, 4, 5], N_CHW_8C);
    expect([desc.size, desc.byteSize, desc.spanBytes]).toEqual([800, 800, 960]);
  });

  test("without elements, blocks span nothing", () => {
    const desc = new TensorDesc("U8", [0], { blockDims: [4], order: [0], offsetPadding: 9 });
    expect([desc.size, desc.spanBytes]).toEqual([0, 0]);
  });

  test("ANY has the size of its dims", () => {
    const desc = new TensorDesc("FP16", [2, 3], "ANY");
    expect([desc.size, desc.byteSize, desc.spanBytes]).toEqual([6, 12, 12]);
  });

  test("MIXED and UNSPECIFIED throw when asked for bytes", () => {
    const desc = new TensorDesc("MIXED", [2, 3]);
    expect(desc.size).toBe(6);
    expect(() => desc.byteSize).toThrow(DescError);
    expect(() => desc.spanBytes).toThrow(DescError);
  });
});

describe("offsets", () => {
  const layouts = { NCHW: [60, 20, 5, 1], NHWC: [60, 1, 15, 3] } as const;

  test.each(["NCHW", "NHWC"] as const)("of every position of %s are the strides' sum", (layout) => {
    const desc = new TensorDesc("FP32", [2, 3, 4, 5], layout);
    const strides = layouts[layout];
    let linear = 0;
    for (let n = 0; n < 2; n++) {
      for (let c = 0; c < 3; c++) {
        for (let h = 0; h < 4; h++) {
          for (let w = 0; w < 5; w++) {
            const offset = n * strides[0] + c * strides[1] + h * strides[2] + w * strides[3];
            expect(desc.offsetOf([n, c, h, w])).toBe(offset);
            expect(desc.offsetAt(linear++)).toBe(offset);
          }
        }
      }
    }
  });

  test("of a blocked layout are all different and inside the span", () => {
    const desc = new TensorDesc("U8", [2, 20, 4, 5], N_CHW_8C);
    const offsets = new Set(Array.from({ length: desc.size }, (_, i) => desc.offsetAt(i)));
    expect(offsets.size).toBe(desc.size);
    expect(Math.max(...offsets)).toBeLessThan(desc.spanBytes);
  });

  test("of a scalar is its padding", () => {
    expect(new TensorDesc("FP32", []).offsetOf([])).toBe(0);
    expect(new TensorDesc("FP32", [], { blockDims: [], order: [], offsetPadding: 3 }).offsetAt(0)).toBe(3);
  });

  test("are exact beyond 2^31", () => {
    const desc = new TensorDesc("U8", [2 ** 20, 2 ** 20]);
    expect(desc.offsetOf([2 ** 20 - 1, 2 ** 20 - 1])).toBe(2 ** 40 - 1);
    expect(desc.offsetAt(2 ** 40 - 1)).toBe(2 ** 40 - 1);
  });

  const desc = new TensorDesc("U8", [2, 3]);
  test.each([
    [[2, 0], "position[0] is 2, but dims[0] is 2"],
    [[0, 3], "position[1] is 3, but dims[1] is 3"],
    [[0, -1], "position[1] must be an integer"],
    [[0, 0.5], "position[1] must be an integer"],
    [[0], "The position [0] has rank 1, but the dims [2, 3] have rank 2"],
    [undefined, "position must be an array"],
  ])("of the position %s throw", (position, message) => {
    expect(() => desc.offsetOf(position as number[])).toThrow(DescError);
    expect(() => desc.offsetOf(position as number[])).toThrow(message);
  });

  test.each([-1, 6, 1.5, Number.NaN, "0", 0n, undefined])("at the index %s throw", (index) => {
    expect(() => desc.offsetAt(index as number)).toThrow(DescError);
  });

  test("of ANY throw", () => {
    const any = new TensorDesc("U8", [2, 3], "ANY");
    expect(() => any.offsetOf([0, 0])).toThrow("offsetOf: layout ANY does not say where elements lie");
    expect(() => any.offsetAt(0)).toThrow("offsetAt: layout ANY");
  });
});

describe("the with methods", () => {
  const nhwc = new TensorDesc("FP32", [2, 3, 4, 5], "NHWC");

  test("return a new desc and leave the old one", () => {
    expect(nhwc.withDims([1, 3, 8, 8])).toMatchObject({ dims: [1, 3, 8, 8], layout: "NHWC" });
    expect(nhwc.withLayout("NCHW").blocking.strides).toEqual([60, 20, 5, 1]);
    expect(nhwc.withPrecision("U8")).toMatchObject({ precision: Precision.U8, layout: "NHWC" });
    expect(nhwc.equals(new TensorDesc("FP32", [2, 3, 4, 5], "NHWC"))).toBe(true);
  });

  test("withPrecision keeps strides, withDims packs", () => {
    const blocking = { blockDims: [2, 3], order: [0, 1], strides: [10, 1] };
    const desc = new TensorDesc("FP32", [2, 3], blocking);
    expect(desc.withPrecision("U8").blocking.strides).toEqual([10, 1]);
    expect(desc.withDims([2, 3]).blocking.strides).toEqual([3, 1]);
  });

  test("withDims keeps the blocks of a blocked layout, and packs other orders", () => {
    const blocked = new TensorDesc("U8", [2, 20, 4, 5], N_CHW_8C).withDims([1, 9, 2, 2]);
    expect(blocked.blocking).toMatchObject({ blockDims: [1, 2, 2, 2, 8], order: N_CHW_8C.order });
    const reversed = new TensorDesc("U8", [2, 3, 4], { blockDims: [4, 3, 2], order: [2, 1, 0] }).withDims([5, 6, 7]);
    expect(reversed.blocking.blockDims).toEqual([7, 6, 5]);
  });

  test("withDims of another rank works where the layout takes any", () => {
    expect(new TensorDesc("U8", [1, 2, 3, 4, 5, 6]).withDims([2, 3])).toMatchObject({ layout: "BLOCKED", size: 6 });
    expect(new TensorDesc("U8", [1, 2], "ANY").withDims([2, 3, 4])).toMatchObject({ layout: "ANY", size: 24 });
  });

  test("refuse what does not fit", () => {
    expect(() => nhwc.withDims([1, 2])).toThrow("NHWC takes rank 4");
    expect(() => nhwc.withLayout("CHW")).toThrow("CHW takes rank 3");
    expect(() => new TensorDesc("U8", [2, 20, 4, 5], N_CHW_8C).withDims([1])).toThrow("takes rank 4, but the dims [1]");
  });
});

describe("reshape", () => {
  const desc = new TensorDesc("FP32", [2, 3, 4, 5]);

  test("takes a layout for another rank, and keeps its own without one or for ANY", () => {
    expect(desc.reshape([6, 20], "NC")).toMatchObject({ dims: [6, 20], layout: "NC" });
    expect(desc.reshape([1, 1, 1, 1])).toMatchObject({ layout: "NCHW", size: 1 });
    expect(desc.reshape([1, 1, 1, 7], "ANY")).toMatchObject({ layout: "NCHW", size: 7 });
    expect(desc.reshape([2, 3], { blockDims: [3, 2], order: [1, 0] }).layout).toBe("CN");
    expect(() => desc.reshape([6, 20])).toThrow("NCHW takes rank 4");
  });

  test("of a desc with an offset to its data throws", () => {
    const shifted = new TensorDesc("FP32", [2], { blockDims: [2], order: [0], offsetPaddingToData: [1] });
    expect(() => shifted.reshape([1])).toThrow(DescError);
    expect(() => shifted.reshape([1], "C")).toThrow("offset to data [1] cannot be reshaped");
  });
});

test("equality covers precision, dims, layout and blocking", () => {
  const desc = new TensorDesc("FP32", [2, 3], "NC");
  expect(desc.equals({ precision: Precision.FP32, dims: [2, 3] })).toBe(true);
  expect(desc.equals({ precision: "I32", dims: [2, 3] })).toBe(false);
  expect(desc.equals({ precision: "FP32", dims: [3, 2] })).toBe(false);
  expect(desc.equals({ precision: "FP32", dims: [2, 3], layout: "HW" })).toBe(false);
  const strided = { blockDims: [2, 3], order: [0, 1], strides: [4, 1] };
  expect(desc.equals({ precision: "FP32", dims: [2, 3], layout: strided })).toBe(false);
});

test("nothing of a desc can be changed, through the caller's dims either", () => {
  const dims = [2, 3];
  const desc = new TensorDesc("FP32", dims);
  dims.push(4);
  expect(desc.dims).toEqual([2, 3]);
  expect(() => (desc.dims as number[]).push(4)).toThrow(TypeError);
  expect(() => Object.assign(desc, { size: 7 })).toThrow(TypeError);
});

test("a desc is written as precision, dims and layout", () => {
  expect(String(new TensorDesc("FP32", [1, 3, 224, 224]))).toBe("FP32 [1, 3, 224, 224] NCHW");
});

test.each([
  [{ precision: "FP33", dims: [1] }, '"FP33" is no precision. Did you mean FP32'],
  [{ dims: [1] }, "undefined is no precision"],
  [{ precision: "FP32" }, "dims must be an array of integers, not undefined"],
  [{ precision: "FP32", dims: 4 }, "dims must be an array of integers, not 4"],
  [{ precision: "FP32", dims: [-1] }, "dims[0] must be an integer"],
  [{ precision: "FP32", dims: [1n] }, "not 1n. Convert it with Number() first"],
  [{ precision: "FP32", dims: [1, 3], layout: "NCHW" }, "NCHW takes rank 4, but the dims [1, 3] have rank 2"],
  [{ precision: "FP32", dims: [1, 3], layout: "NCWH" }, '"NCWH" is no layout. Did you mean NCHW'],
  [{ precision: "FP32", dims: [1, 3], layout: null }, "null is no layout"],
  [
    { precision: "FP32", dims: [2 ** 27, 2 ** 27] },
    "The number of elements of [134217728, 134217728] is above 2^53 - 1",
  ],
  [
    { precision: "FP64", dims: [2 ** 52] },
    "The byte size at 64 bits per element of [4503599627370496] is above 2^53 - 1",
  ],
  [
    { precision: "FP32", dims: [2, 3], layout: { blockDims: [2], order: [0] } },
    "is of rank 1, but the dims [2, 3] have rank 2",
  ],
  [{ precision: "FP32", dims: [2, 3], layout: { blockDims: [], order: [] } }, "is of rank 0"],
  [
    { precision: "FP32", dims: [2, 3], layout: { blockDims: [2, 2], order: [0, 1] } },
    "dims[1] is 3, but the block dims [2, 2] hold 2",
  ],
  [undefined, "A desc is { precision, dims, layout? } or a TensorDesc, not undefined"],
  ["FP32", 'or a TensorDesc, not "FP32"'],
])("refuses %o", (like, message) => {
  expect(() => TensorDesc.of(like as TensorDescLike)).toThrow(DescError);
  expect(() => TensorDesc.of(like as TensorDescLike)).toThrow(message);
});

test("the compiler knows the precision", () => {
  const desc = new TensorDesc("FP32", [1]);
  expectTypeOf(desc).toEqualTypeOf<TensorDesc<"FP32">>();
  expectTypeOf(desc.withPrecision("I64")).toEqualTypeOf<TensorDesc<"I64">>();
  expectTypeOf(TensorDesc.of({ precision: Precision.U8, dims: [1] })).toEqualTypeOf<TensorDesc<"U8">>();
  expectTypeOf(desc).toExtend<TensorDesc>();
  // @ts-expect-error a name that is none
  expect(() => new TensorDesc("FP33", [1])).toThrow(DescError);
});
