import { describe, expect, test } from "vitest";
import type { Handle } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { SystemAllocator } from "../../allocators/system.ts";
import { EngineError } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";
import { allocatorConformance } from "../../testing/allocator-conformance.ts";
import { EngineBlock } from "./engine-block.ts";
import { OutputAllocator } from "./output-allocator.ts";

describe("the contract, of the output allocator", () => {
  const cases = allocatorConformance(() => new OutputAllocator(new HeapAllocator()));
  for (const { name, run } of cases) test(name, run);
});

test("blobs over parts of one block free it together, in any order", () => {
  const heap = new HeapAllocator();
  const outputs = new OutputAllocator(heap);
  const block = new EngineBlock(heap, 256);
  const [a, b] = [0, 128].map((offset) =>
    outputs.blobOver({ precision: "FP32", dims: [8] }, block.retain(), offset),
  ) as [ReturnType<typeof outputs.blobOver>, ReturnType<typeof outputs.blobOver>];
  block.unpin();
  block.release();
  const [first, second] = [a.wmap(), b.wmap()];
  expect(addressOf(second.bytes) - addressOf(first.bytes)).toBe(128);
  first.bytes.fill(1);
  second.bytes.fill(2);
  expect(first.bytes.every((byte) => byte === 1)).toBe(true);
  for (const map of [first, second]) map.dispose();
  a.deallocate();
  expect(heap.stats().liveCount).toBe(1);
  b.deallocate();
  expect(heap.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});

test("a block begins on a 64-byte boundary, whatever the allocator does", () => {
  for (const allocator of [new HeapAllocator(), new SystemAllocator()]) {
    const blocks = Array.from({ length: 50 }, (_, i) => new EngineBlock(allocator, i * 7));
    for (const { address } of blocks) expect(address % 64).toBe(0);
    expect(new Set(blocks.map(({ address }) => address)).size).toBe(50);
    for (const block of blocks) expect(block.release()).toBe(true);
  }
});

test("a block of an allocator that gives too few bytes is refused, and nothing is held", () => {
  class ShortHeap extends HeapAllocator {
    override alloc(size: number): Handle {
      return super.alloc(Math.floor(size / 2));
    }
  }
  const short = new ShortHeap();
  expect(() => new EngineBlock(short, 1000)).toThrow(EngineError);
  expect(short.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  expect(() => new EngineBlock(new PreallocatedAllocator(new Uint8Array(64)), 1000)).toThrow(/cannot allocate/);
});
