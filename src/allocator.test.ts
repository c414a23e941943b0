import { expect, expectTypeOf, test } from "vitest";
import { LockOp, tryAlloc } from "./allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "./allocator.ts";
import { HeapAllocator } from "./allocators/heap.ts";

test("LockOp has the values of OpenVINO, and cannot be changed", () => {
  expect(LockOp).toEqual({ LOCK_FOR_READ: 0, LOCK_FOR_WRITE: 1 });
  expect(Object.isFrozen(LockOp)).toBe(true);
});

test("tryAlloc gives null when memory is out, and passes every other error on", () => {
  const heap = new HeapAllocator({ maxBytes: 1024 });
  expect(tryAlloc(heap, 1025)).toBeNull();
  expect(heap.free(tryAlloc(heap, 1024)!)).toBe(true);
  expect(() => tryAlloc(heap, -1)).toThrow(RangeError);
});

test("a lock for reading is read-only to the compiler, a lock for writing is not", () => {
  const heap: IAllocator = new HeapAllocator();
  const handle = heap.alloc(4);
  const read = heap.lock(handle, LockOp.LOCK_FOR_READ);
  const write = heap.lock(handle);
  expectTypeOf(read).toEqualTypeOf<ReadonlyBytes>();
  expectTypeOf(write).toEqualTypeOf<Uint8Array>();
  expectTypeOf(write).toExtend<ReadonlyBytes>();
  expectTypeOf(read).not.toExtend<Uint8Array>();
  // @ts-expect-error A read lock does not let the compiler write.
  read[0] = 1;
  expectTypeOf(5).not.toExtend<Handle>();
  expect(write[0]).toBe(1);
});
