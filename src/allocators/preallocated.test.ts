import { describe, expect, test } from "vitest";
import { OutOfMemoryError } from "../errors.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { PreallocatedAllocator } from "./preallocated.ts";
import { SystemAllocator } from "./system.ts";

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

test("memory that was detached or shrunk since is refused, with both sizes", () => {
  const resizable = new ArrayBuffer(16, { maxByteLength: 32 });
  const allocator = new PreallocatedAllocator(new Float32Array(resizable));
  const handle = allocator.alloc(16);
  allocator.lock(handle);
  allocator.unlock(handle);
  resizable.resize(8);
  expect(() => allocator.lock(handle)).toThrow(/the memory had 16 bytes and has 0 now: it was detached or shrunk/);
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  expect(() => new PreallocatedAllocator(detached)).toThrow(expect.objectContaining({ code: "ERR_MEMORY" }));
});

test("thousands of wrapped arrays leave other allocators' handles apart", () => {
  const first = new SystemAllocator();
  const handle = first.alloc(8);
  const wrapped = Array.from({ length: 4095 }, () => new PreallocatedAllocator(new Uint8Array(1)));
  expect(wrapped.length).toBe(4095);
  const second = new SystemAllocator();
  second.alloc(8);
  expect(second.free(handle)).toBe(false);
});

/** None where the page is not isolated: browsers then have no SharedArrayBuffer. */
function sharedBuffers(bytes: number): SharedArrayBuffer[] {
  return typeof SharedArrayBuffer === "undefined" ? [] : [new SharedArrayBuffer(bytes)];
}
