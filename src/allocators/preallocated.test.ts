import { describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../errors.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { PreallocatedAllocator } from "./preallocated.ts";

describe("the contract, with one block for everybody", () => {
  const bytes = new Uint8Array(2 ** 20);
  const traits = { oneBlock: true, limitBytes: bytes.byteLength };
  for (const { name, run } of allocatorConformance(() => new PreallocatedAllocator(bytes), traits)) test(name, run);
});

test("a lock gives all of the caller's bytes, wherever they are, without a copy", () => {
  const floats = new Float32Array(10).subarray(2, 6);
  for (const memory of [floats, new DataView(floats.buffer, 8, 16)]) {
    const allocator = new PreallocatedAllocator(memory);
    const bytes = allocator.lock(allocator.alloc(4));
    expect([bytes.byteOffset, bytes.byteLength]).toEqual([8, 16]);
    expect(bytes.buffer).toBe(floats.buffer);
  }
  for (const buffer of [new ArrayBuffer(12), ...sharedBuffers(12)]) {
    const allocator = new PreallocatedAllocator(buffer);
    expect(allocator.lock(allocator.alloc(12)).byteLength).toBe(12);
  }
});

test("more than the caller brought is out of memory, with both sizes", () => {
  const allocator = new PreallocatedAllocator(new Uint8Array(100));
  expect(() => allocator.alloc(101)).toThrow(OutOfMemoryError);
  expect(() => allocator.alloc(101)).toThrow(/cannot allocate 101 bytes.*limit of 100.*Bring a larger array/);
});

test("what is no memory is refused", () => {
  for (const bad of [undefined, null, 5, "x", [1, 2], {}]) {
    expect(() => new PreallocatedAllocator(bad as ArrayBuffer)).toThrow(/memory must be a typed array/);
  }
});

/** None where the page is not isolated: browsers then have no SharedArrayBuffer. */
function sharedBuffers(bytes: number): SharedArrayBuffer[] {
  return typeof SharedArrayBuffer === "undefined" ? [] : [new SharedArrayBuffer(bytes)];
}
