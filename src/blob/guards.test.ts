import { expect, expectTypeOf, test } from "vitest";
import type { Blob } from "./blob.ts";
import { createBlob } from "./create-blob.ts";
import { BatchedBlob } from "./batched-blob.ts";
import { CompoundBlob } from "./compound-blob.ts";
import { isBatchedBlob, isBlob, isCompoundBlob, isI420Blob, isMemoryBlob, isNV12Blob, isTBlob } from "./guards.ts";
import { I420Blob } from "./image/i420-blob.ts";
import { NV12Blob } from "./image/nv12-blob.ts";
import type { TBlob } from "./tblob.ts";

const blob: Blob = createBlob({ precision: "FP32", dims: [1] });

test("a typed blob is a memory blob and a blob", () => {
  expect([isBlob(blob), isMemoryBlob(blob), isTBlob(blob)]).toEqual([true, true, true]);
});

test("nothing else is, not even the platform's Blob", () => {
  for (const value of [undefined, null, {}, "blob", new Float32Array(1), new globalThis.Blob([])]) {
    expect([isBlob(value), isMemoryBlob(value), isTBlob(value)]).toEqual([false, false, false]);
  }
});

test("isTBlob asks for a precision, and tells the compiler", () => {
  expect(isTBlob(blob, "I64")).toBe(false);
  if (!isTBlob(blob, "FP32")) throw new Error("it is one");
  expectTypeOf(blob).toExtend<TBlob<"FP32">>();
  using map = blob.wmap();
  expectTypeOf(map.data).toEqualTypeOf<Float32Array>();
});

const y = createBlob({ precision: "U8", dims: [1, 1, 2, 2], layout: "NHWC" });
const u = createBlob({ precision: "U8", dims: [1, 1, 1, 1], layout: "NHWC" });
const uv = createBlob({ precision: "U8", dims: [1, 2, 1, 1], layout: "NHWC" });

test.each([
  ["a compound blob", new CompoundBlob([y]), [true, false, false, false]],
  ["a batch", new BatchedBlob([y]), [true, true, false, false]],
  ["an NV12 picture", new NV12Blob(y, uv), [true, false, true, false]],
  ["an I420 picture", new I420Blob(y, u, u), [true, false, false, true]],
  ["a typed blob", y, [false, false, false, false]],
  ["null", null, [false, false, false, false]],
])("%s is told from the others", (_, value, expected) => {
  const guards = [isCompoundBlob, isBatchedBlob, isNV12Blob, isI420Blob];
  expect(guards.map((guard) => guard(value))).toEqual(expected);
  expect([isBlob(value), isMemoryBlob(value)]).toEqual([value !== null, value === y]);
});

test("a guard tells the compiler", () => {
  const picture: Blob = new NV12Blob(y, uv);
  if (!isNV12Blob(picture)) throw new Error("it is one");
  expectTypeOf(picture.uv).toEqualTypeOf<TBlob<"U8">>();
});
