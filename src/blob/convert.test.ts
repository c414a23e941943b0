import { describe, expect, test } from "vitest";
import { BlobError, DescError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import { Precision } from "./precision.ts";
import type { PrecisionLike, PrecisionName } from "./precision.ts";
import { TBlob } from "./tblob.ts";
import type { DataOf } from "./typed-data.ts";

type Numeric = "FP64" | "FP32" | "I32" | "U32" | "I16" | "U16" | "Q78" | "I8" | "U8" | "BOOL";

/** What `values` of one precision become in another. */
function converted(
  from: Numeric,
  values: readonly number[],
  to: Numeric,
  options?: Parameters<TBlob["convertTo"]>[1],
): number[] {
  const source = createBlob({ precision: from, dims: [values.length] });
  const target = createBlob({ precision: to, dims: [values.length] });
  const map = source.wmap();
  (map.data as Float64Array).set(values);
  map.dispose();
  source.convertTo(target, options);
  return [...(target.rmap().data as Iterable<number>)];
}

/** What one integer of 64 bits becomes in another precision. */
function wide<P extends PrecisionName>(from: "I64" | "U64", value: bigint, to: P): DataOf<P> {
  const data = from === "I64" ? BigInt64Array.of(value) : BigUint64Array.of(value);
  const target = createBlob({ precision: to, dims: [1] });
  createBlob({ precision: from, dims: [1] }, { data: data as never }).convertTo(target);
  return target.rmap().data as DataOf<P>;
}

describe("a float becomes an integer", () => {
  test("by rounding to nearest, ties to even", () => {
    expect(converted("FP32", [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6], "I8")).toEqual([0, 2, 2, 0, -2, 2, 3]);
  });

  test("by dropping the fraction where that is asked for", () => {
    const rounding = "toward-zero";
    expect(converted("FP32", [0.5, 1.9, -1.9], "I8", { rounding })).toEqual([0, 1, -1]);
  });

  test("within the range of the target; NaN becomes 0", () => {
    const values = [NaN, Infinity, -Infinity, 1e10, -1e10, 255.5, -0.4];
    expect(converted("FP64", values, "U8")).toEqual([0, 255, 0, 255, 0, 255, 0]);
    expect(converted("FP64", values, "I16")).toEqual([0, 32_767, -32_768, 32_767, -32_768, 256, 0]);
    expect(converted("FP64", values, "U32")).toEqual([0, 2 ** 32 - 1, 0, 2 ** 32 - 1, 0, 256, 0]);
  });
});

test("an integer that does not fit is clamped", () => {
  expect(converted("I32", [300, -300, 127], "I8")).toEqual([127, -128, 127]);
  expect(converted("I8", [-1, 5], "U16")).toEqual([0, 5]);
  expect(converted("U32", [2 ** 32 - 1], "I32")).toEqual([2 ** 31 - 1]);
});

test("a byte of BOOL is 0 or 1", () => {
  expect(converted("FP32", [0, -0, 0.1, NaN, -3], "BOOL")).toEqual([0, 0, 1, 1, 1]);
  expect(converted("BOOL", [0, 1, 7], "FP32")).toEqual([0, 1, 1]);
});

test("Q78 counts 256ths", () => {
  expect(converted("FP32", [1, -0.5, 1 / 512, 3 / 512, 200], "Q78")).toEqual([256, -128, 0, 2, 32_767]);
  expect(converted("Q78", [384, -128], "FP32")).toEqual([1.5, -0.5]);
  expect(converted("Q78", [384, -384, 640], "I8")).toEqual([2, -2, 2]);
});

describe("64-bit integers", () => {
  test("are exact between each other, and clamped", () => {
    expect(wide("I64", -1n, "U64")[0]).toBe(0n);
    expect(wide("I64", 2n ** 63n - 1n, "U64")[0]).toBe(2n ** 63n - 1n);
    expect(wide("U64", 2n ** 63n, "I64")[0]).toBe(2n ** 63n - 1n);
  });

  test("are rounded to a float once", () => {
    // Just above the middle of two floats; rounded to a double first, it would be the middle, and then the lower.
    const value = 2n ** 60n + 2n ** 36n + 1n;
    expect(wide("I64", value, "FP32")[0]).toBe(2 ** 60 + 2 ** 37);
    expect(wide("U64", value, "FP32")[0]).toBe(2 ** 60 + 2 ** 37);
    expect(wide("I64", -value, "FP32")[0]).toBe(-(2 ** 60) - 2 ** 37);
    expect(wide("I64", 2n ** 53n + 1n, "FP64")[0]).toBe(2 ** 53);
  });

  test("take what a float holds", () => {
    const source = createBlob(
      { precision: "FP64", dims: [4] },
      { data: Float64Array.of(2 ** 63, -1e30, NaN, 2 ** 53 - 1) },
    );
    const target = createBlob({ precision: "I64", dims: [4] });
    source.convertTo(target);
    expect([...target.rmap().data]).toEqual([2n ** 63n - 1n, -(2n ** 63n), 0n, 2n ** 53n - 1n]);
  });
});

test("4-bit elements and bits are unpacked and packed", () => {
  const source = createBlob({ precision: "I4", dims: [1, 3] }, { data: Uint8Array.of(0x8f, 0x07) });
  const floats = createBlob({ precision: "FP32", dims: [1, 3] });
  source.convertTo(floats);
  expect([...floats.rmap().data]).toEqual([-1, -8, 7]);
  const bits = createBlob({ precision: "BIN", dims: [1, 3] }, { data: Uint8Array.of(0b0001_1111) });
  floats.convertTo(bits);
  expect(bits.rmap().bytes[0]).toBe(0b0011_1111);
});

test("equal precisions are copied, bits and all", () => {
  for (const precision of ["NF4", "U8", Precision.custom(4, "codes")] as const) {
    const source = createBlob({ precision, dims: [2, 2], layout: "NC" });
    source.wmap().bytes.fill(0x9c);
    const target = createBlob({ precision, dims: [2, 2], layout: "CN" });
    source.convertTo(target);
    expect(target.rmap().bytes[0]).toBe(precision === "U8" ? 0x9c : 0xcc);
  }
});

test("a blob converts to itself as it is, and needs memory all the same", () => {
  const blob = createBlob({ precision: "U8", dims: [2] }, { data: Uint8Array.of(1, 2) });
  blob.convertTo(blob);
  expect([...blob.rmap().data]).toEqual([1, 2]);
  const empty = new TBlob({ precision: "U8", dims: [2] });
  expect(() => empty.convertTo(empty)).toThrow("Call allocate() first");
});

test("elements may become smaller ones in the same memory", () => {
  const floats = Float32Array.from({ length: 300 }, (_, i) => i);
  const bytes = new Uint8Array(floats.buffer);
  const source = createBlob({ precision: "FP32", dims: [300] }, { data: floats });
  source.convertTo(createBlob({ precision: "U16", dims: [300] }, { data: new Uint16Array(bytes.buffer, 600, 300) }));
  expect([...new Uint16Array(bytes.buffer, 600, 300)]).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test("nothing is converted to nothing, a scalar to a scalar, and ANY to ANY", () => {
  const pairs = [
    [[2, 0], undefined],
    [[], undefined],
    [[2, 2], "ANY"],
  ] as const;
  for (const [dims, layout] of pairs) {
    const source = createBlob({ precision: "U8", dims, layout });
    source.wmap().bytes.fill(5);
    const target = createBlob({ precision: "FP32", dims, layout });
    source.convertTo(target);
    expect([...target.rmap().data]).toEqual(Array.from({ length: source.size }, () => 5));
  }
});

test("the maps are closed, whether it succeeds or not", () => {
  const source = createBlob({ precision: "FP32", dims: [2] });
  const target = createBlob({ precision: "U8", dims: [2] });
  source.convertTo(target);
  expect(() => source.convertTo(new TBlob({ precision: "U8", dims: [2] }))).toThrow(BlobError);
  for (const blob of [source, target]) {
    expect(() => blob.setShape([1])).not.toThrow();
  }
});

describe("throws", () => {
  const source = createBlob({ precision: "FP32", dims: [2] });

  test.each<[PrecisionLike, string]>([
    ["NF4", "FP32 cannot be converted to NF4: only FP64, FP32, FP16, BF16, Q78, BOOL, BIN and the integers stand for"],
    [Precision.custom(8), "FP32 cannot be converted to CUSTOM"],
  ])("for %s, whose elements are no numbers", (precision, message) => {
    const target = createBlob({ precision, dims: [2] });
    expect(() => source.convertTo(target)).toThrow(DescError);
    expect(() => source.convertTo(target)).toThrow(message);
    expect(() => target.convertTo(source)).toThrow("use unpackNF4");
  });

  test("for other dims, and for ANY on one side", () => {
    const longer = createBlob({ precision: "U8", dims: [3] });
    expect(() => source.convertTo(longer)).toThrow(DescError);
    expect(() => source.convertTo(longer)).toThrow(
      "Elements of dims [2] cannot be converted to dims [3]. Use equal dims.",
    );
    const any = createBlob({ precision: "U8", dims: [2], layout: "ANY" });
    expect(() => source.convertTo(any)).toThrow(
      "FP32 [2] C cannot be converted to U8 [2] ANY: ANY does not say where elements lie. Choose a layout.",
    );
  });

  test("without memory on one side", () => {
    const empty = new TBlob({ precision: "U8", dims: [2] });
    expect(() => source.convertTo(empty)).toThrow(BlobError);
    expect(() => empty.convertTo(source)).toThrow("U8 [2] C has no memory");
  });

  test("for memory that is not aligned to the elements, having written nothing", () => {
    const bytes = new Uint8Array(16);
    const shifted = {
      alloc: () => 1 as never,
      lock: () => bytes.subarray(2, 10),
      unlock: () => undefined,
      free: () => true,
    };
    const unaligned = createBlob({ precision: "FP32", dims: [2] }, { allocator: shifted });
    const ones = createBlob({ precision: "U8", dims: [2] }, { data: Uint8Array.of(1, 1) });
    expect(() => ones.convertTo(unaligned)).toThrow(BlobError);
    expect(() => unaligned.convertTo(ones)).toThrow("FP32 data start at byte 2 of their buffer");
    expect([...bytes, ...ones.rmap().data]).toEqual([...Array.from({ length: 16 }, () => 0), 1, 1]);
  });

  test("for what is no blob, and for options that are none", () => {
    const target = createBlob({ precision: "U8", dims: [2] });
    expect(() => source.convertTo(null as never)).toThrow("not null. Wrap an array");
    for (const options of [{ rounding: "up" }, "toward-zero", null]) {
      expect(() => source.convertTo(target, options as never)).toThrow(BlobError);
    }
    expect(() => source.convertTo(target, { rounding: "up" as never })).toThrow(
      'rounding is "half-to-even" or "toward-zero", not "up". Leave it out for the first.',
    );
  });
});
