import { expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { LockOp } from "../allocator.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { OutOfMemoryError } from "../errors.ts";
import { Block } from "./block.ts";

test("a block goes back with its last sharer", () => {
  const allocator = new CountingAllocator();
  const block = new Block(allocator, 64);
  expect(block.retain()).toBe(block);
  expect(allocator.liveBytes).toBe(64);
  expect(block.release()).toBe(false);
  expect(allocator.liveCount).toBe(1);
  expect(block.release()).toBe(true);
  expect(allocator.liveCount).toBe(0);
});

test("memory of the caller's does not go back", () => {
  expect(new Block(new PreallocatedAllocator(new Uint8Array(8)), 8).release()).toBe(false);
});

test("a lock is the allocator's own view", () => {
  const allocator = new CountingAllocator();
  const block = new Block(allocator, 3);
  expect(block.lock(LockOp.LOCK_FOR_READ)).toHaveLength(3);
  expect(allocator.readLocks).toBe(1);
  block.unlock();
  expect(allocator.locks).toBe(0);
});

test("running out of memory passes through", () => {
  const allocator = new CountingAllocator();
  allocator.isExhausted = true;
  expect(() => new Block(allocator, 64)).toThrow(OutOfMemoryError);
});

test("a collected sharer says what went back: nothing yet, all of it, or that there was nothing to give back", () => {
  const allocator = new CountingAllocator();
  const block = new Block(allocator, 64).retain();
  expect([block.reclaim(), block.reclaim()]).toEqual([0, 64]);
  expect(allocator.liveCount).toBe(0);
  expect(new Block(allocator, 0).reclaim()).toBe(0);
  expect(new Block(new PreallocatedAllocator(new Uint8Array(8)), 8).reclaim()).toBeUndefined();
});
