import { expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { BlobError, OutOfMemoryError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import { Precision } from "./precision.ts";
import type { PrecisionName } from "./precision.ts";
import type { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";

test("a blob of a literal is allocated at once, from the default allocator", () => {
  using blob = createBlob({ precision: "FP32", dims: [1, 3, 224, 224], layout: "NCHW" });
  expect([blob.isAllocated, blob.byteSize, blob.allocator]).toEqual([true, 602_112, defaultAllocator()]);
  using map = blob.wmap();
  map.data.fill(0.5);
  expect(map.data).toHaveLength(150_528);
});

test("options that are undefined are options that are left out", () => {
  using blob = createBlob({ precision: "U8", dims: [1] }, { allocator: undefined, data: undefined });
  expect(blob.allocator).toBe(defaultAllocator());
});

test("null in place of data or of an allocator throws, since a new block is not what was meant", () => {
  const desc = { precision: "U8", dims: [4] } as const;
  expect(() => createBlob(desc, { data: null as never })).toThrow(/data of a blob is null/);
  expect(() => createBlob(desc, { allocator: null as never })).toThrow(/allocator of a blob is null/);
});

test("an allocator and data together throw", () => {
  const allocator = new CountingAllocator();
  const options = { allocator, data: new Uint8Array(1) };
  expect(() => createBlob({ precision: "U8", dims: [1] }, options)).toThrow(BlobError);
  expect(allocator.allocs).toBe(0);
});

test.each([[new CountingAllocator()], [new Uint8Array(1)], [null], [3]])("options that are %o throw", (options) => {
  expect(() => createBlob({ precision: "U8", dims: [1] }, options as object)).toThrow(BlobError);
});

test("running out of memory passes through", () => {
  const allocator = new CountingAllocator();
  allocator.isExhausted = true;
  expect(() => createBlob({ precision: "U8", dims: [1] }, { allocator })).toThrow(OutOfMemoryError);
});

test("the compiler infers the precision from names, precisions and descs", () => {
  expectTypeOf(createBlob({ precision: "FP32", dims: [1] })).toEqualTypeOf<TBlob<"FP32">>();
  expectTypeOf(createBlob({ precision: "FP32", dims: [1] }).wmap().data).toEqualTypeOf<Float32Array>();
  expectTypeOf(createBlob({ precision: "I64", dims: [1] }).wmap().data).toEqualTypeOf<BigInt64Array>();
  expectTypeOf(createBlob({ precision: Precision.U8, dims: [1] })).toEqualTypeOf<TBlob<"U8">>();
  expectTypeOf(createBlob(new TensorDesc("BOOL", [1]))).toEqualTypeOf<TBlob<"BOOL">>();
  expectTypeOf(createBlob({ precision: "U8" as PrecisionName, dims: [1] })).toEqualTypeOf<TBlob>();
  // @ts-expect-error the data of another precision
  expect(() => createBlob({ precision: "FP32", dims: [1] }, { data: new Float64Array(1) })).toThrow(BlobError);
  createBlob({ precision: "U8", dims: [1] }, { data: new Uint8ClampedArray(1) }).deallocate();
});
