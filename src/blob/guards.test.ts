import { expect, expectTypeOf, test } from "vitest";
import type { Blob } from "./blob.ts";
import { createBlob } from "./create-blob.ts";
import { isBlob, isMemoryBlob, isTBlob } from "./guards.ts";
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
