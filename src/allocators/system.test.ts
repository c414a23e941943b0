import { describe, expect, test } from "vitest";
import type { Handle } from "../allocator.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { runAllocatorModel } from "../testing/model-based.ts";
import { SystemAllocator } from "./system.ts";

describe("the contract", () => {
  for (const { name, run } of allocatorConformance(() => new SystemAllocator())) test(name, run);
});

test("random programs", () => runAllocatorModel(() => new SystemAllocator()));

test("a fresh block reads as zeros", () => {
  const allocator = new SystemAllocator();
  expect(allocator.lock(allocator.alloc(100)).every((byte) => byte === 0)).toBe(true);
});

test("each block has a buffer of its own", () => {
  const allocator = new SystemAllocator();
  const [a, b] = [allocator.lock(allocator.alloc(8)), allocator.lock(allocator.alloc(8))];
  expect(a.buffer).not.toBe(b.buffer);
  expect(a.buffer.byteLength).toBe(8);
});

test("when all handles are live, one more is refused with the cure", () => {
  const allocator = new SystemAllocator();
  const handles: Handle[] = [];
  for (let i = 0; i < 262_143; i++) handles.push(allocator.alloc(0));
  expect(() => allocator.alloc(0)).toThrow(/All 262143 handles are live; free some first/);
  expect(handles.every((handle) => allocator.free(handle))).toBe(true);
  expect(allocator.free(allocator.alloc(0))).toBe(true);
});

test("a block whose buffer was transferred away still counts what was asked for", () => {
  const allocator = new SystemAllocator();
  const handle = allocator.alloc(100);
  structuredClone(allocator.lock(handle).buffer, { transfer: [allocator.lock(handle).buffer as ArrayBuffer] });
  allocator.unlock(handle);
  allocator.unlock(handle);
  expect(allocator.free(handle)).toBe(true);
  expect(() => allocator.alloc(Number.MAX_SAFE_INTEGER)).toThrow(/: 0 bytes are live/);
});
