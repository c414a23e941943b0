import { afterEach, expect, test } from "vitest";
import { BlobError } from "../errors.ts";
import { defaultAllocator, setDefaultAllocator } from "./default.ts";
import { HeapAllocator } from "./heap.ts";
import { SystemAllocator } from "./system.ts";

afterEach(() => setDefaultAllocator(undefined));

test("the default is one heap", () => {
  expect(defaultAllocator()).toBeInstanceOf(HeapAllocator);
  expect(defaultAllocator()).toBe(defaultAllocator());
});

test("it can be replaced, and undefined makes a fresh heap", () => {
  const before = defaultAllocator();
  const mine = new SystemAllocator();
  setDefaultAllocator(mine);
  expect(defaultAllocator()).toBe(mine);
  setDefaultAllocator(undefined);
  expect(defaultAllocator()).toBeInstanceOf(HeapAllocator);
  expect(defaultAllocator()).not.toBe(before);
});

test("what is no allocator is refused, and the default stays", () => {
  const before = defaultAllocator();
  for (const value of [null, {}, 3, { alloc() {}, lock() {}, unlock() {} }]) {
    expect(() => setDefaultAllocator(value as unknown as SystemAllocator)).toThrow(BlobError);
  }
  expect(defaultAllocator()).toBe(before);
});
