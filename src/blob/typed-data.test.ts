import { describe, expect, expectTypeOf, test } from "vitest";
import { BlobError } from "../errors.ts";
import { Precision } from "./precision.ts";
import type { PrecisionName } from "./precision.ts";
import { assertWrappable, typedData } from "./typed-data.ts";
import type { DataOf, ReadonlyDataOf, ReadonlyTypedArray } from "./typed-data.ts";

const FLOAT16 = "Float16Array" in globalThis ? "Float16Array" : "Uint16Array";

const CLASSES: [PrecisionName, string, number][] = [
  ["FP64", "Float64Array", 2],
  ["FP32", "Float32Array", 4],
  ["FP16", FLOAT16, 8],
  ["BF16", "Uint16Array", 8],
  ["I64", "BigInt64Array", 2],
  ["U64", "BigUint64Array", 2],
  ["I32", "Int32Array", 4],
  ["U32", "Uint32Array", 4],
  ["I16", "Int16Array", 8],
  ["U16", "Uint16Array", 8],
  ["Q78", "Int16Array", 8],
  ["I8", "Int8Array", 16],
  ["U8", "Uint8Array", 16],
  ["BOOL", "Uint8Array", 16],
  ["U4", "Uint8Array", 16],
  ["I4", "Uint8Array", 16],
  ["NF4", "Uint8Array", 16],
  ["BIN", "Uint8Array", 16],
];

test.each(CLASSES)("%s data are a %s over the same bytes", (name, className, length) => {
  const bytes = new Uint8Array(new ArrayBuffer(32), 8, 16);
  const data = typedData(Precision.of(name), bytes) as Uint8Array;
  expect(data.constructor.name).toBe(className);
  expect(data.length).toBe(length);
  expect(data.buffer).toBe(bytes.buffer);
  expect(data.byteOffset).toBe(8);
});

test("custom precisions are mapped as bytes", () => {
  const bytes = new Uint8Array(3);
  expect(typedData(Precision.custom(24), bytes)).toBe(bytes);
});

test("bytes that are not aligned to the precision throw with the cure", () => {
  const bytes = new Uint8Array(new ArrayBuffer(32), 2, 16);
  expect(() => typedData(Precision.FP32, bytes)).toThrow(BlobError);
  expect(() => typedData(Precision.FP32, bytes)).toThrow("start at byte 2 of their buffer, which is no multiple of 4");
  expect(typedData(Precision.BF16, bytes)).toHaveLength(8);
});

describe("assertWrappable", () => {
  test.each([
    ["FP32", new Float32Array(1)],
    ["FP16", new Uint16Array(1)],
    ["BF16", new Uint16Array(1)],
    ["U8", new Uint8ClampedArray(1)],
    ["BIN", new Uint8Array(1)],
    ["I64", new BigInt64Array(1)],
  ] as const)("%s takes %o", (name, data) => {
    expect(() => assertWrappable(Precision.of(name), data)).not.toThrow();
  });

  test("takes a subclass, as Node's Buffer is one", () => {
    class Pixels extends Uint8Array {}
    expect(() => assertWrappable(Precision.U8, new Pixels(1))).not.toThrow();
  });

  test.each([
    ["FP32", new Float64Array(1), "FP32 data are wrapped from a Float32Array, not from Float64Array"],
    ["FP32", new Uint8Array(4), "not from Uint8Array"],
    ["I64", new Float64Array(1), "from a BigInt64Array, not from Float64Array"],
    ["BOOL", new Uint8ClampedArray(1), "from a Uint8Array, not from Uint8ClampedArray"],
    ["U8", new DataView(new ArrayBuffer(1)), "not from DataView"],
    ["U8", new ArrayBuffer(1), "not from a ArrayBuffer"],
    ["FP32", { length: 1 }, "not from a Object"],
    ["FP32", null, "not from null"],
  ] as const)("%s refuses %o", (name, data, message) => {
    expect(() => assertWrappable(Precision.of(name), data)).toThrow(BlobError);
    expect(() => assertWrappable(Precision.of(name), data)).toThrow(message);
  });
});

test("the compiler knows the typed array of each precision", () => {
  expectTypeOf<DataOf<"FP32">>().toEqualTypeOf<Float32Array>();
  expectTypeOf<DataOf<"I64">>().toEqualTypeOf<BigInt64Array>();
  expectTypeOf<DataOf<"BIN">>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<DataOf<"MIXED">>().toBeNever();
  expectTypeOf<Uint16Array>().toExtend<DataOf<"FP16">>();
  expectTypeOf<DataOf<"FP32" | "I64">>().toEqualTypeOf<Float32Array | BigInt64Array>();
  expectTypeOf<ReadonlyDataOf<"FP32">>().toEqualTypeOf<ReadonlyTypedArray<number, Float32Array>>();
  expectTypeOf<ReadonlyDataOf<"U64">>().toEqualTypeOf<ReadonlyTypedArray<bigint, BigUint64Array>>();
  expectTypeOf<DataOf<PrecisionName>>().toExtend<ReadonlyDataOf<PrecisionName>>();
});
