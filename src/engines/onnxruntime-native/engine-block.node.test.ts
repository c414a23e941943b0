import { expect, test } from "vitest";
import { collectUntil } from "../../../test/support/collect-until.ts";
import { HookedHeap, complain } from "../../../test/support/hooked-heap.ts";
import { SUM } from "../../../test/support/native-models.ts";
import type { Handle } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { TrackingAdaptor } from "../../adaptors/tracking.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { SystemAllocator } from "../../allocators/system.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { TensorDesc } from "../../blob/tensor-desc.ts";
import { EngineError } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";
import { EngineBlock } from "./engine-block.ts";

function floats(): TBlob {
  return createBlob({ precision: "FP32", dims: [4] }, { data: new Float32Array(4) });
}

test("a block whose unlock throws goes back all the same", () => {
  const allocator = new HookedHeap();
  const block = new EngineBlock(allocator, 100);
  allocator.afterUnlock = complain;
  expect(() => block.release()).toThrow(TypeError);
  expect(allocator.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});

test.each([
  ["planned", true],
  ["served block by block", false],
])("a run that is %s throws what unlock threw, and leaves no block behind", async (_, planned) => {
  const allocator = new HookedHeap();
  const session = await createSession(tinyModel(SUM), { allocator, planned, threads: 1 });
  const [a, b] = [floats(), floats()];
  // The outputs are kept, so that later ones have blocks of their own.
  const kept = [1, 2, 3].map(() => session.run({ a, b })["y"]!);
  const { liveCount } = allocator.stats();
  for (let i = 0; i < 3; i++) {
    allocator.afterUnlock = complain;
    expect(() => session.run({ a, b })).toThrow("unlocked, but not gladly");
    allocator.afterUnlock = undefined;
    expect(allocator.stats()).toMatchObject({ liveCount });
  }
  for (const each of kept) each.deallocate();
  await session.dispose();
  expect(allocator.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});

test("blobs over parts of one block free it together, in any order", () => {
  const heap = new HeapAllocator();
  const block = new EngineBlock(heap, 256);
  const desc = new TensorDesc("FP32", [8]);
  const [a, b] = [block.blobOver(desc, 0), block.blobOver(desc, 128)];
  expect([a.allocator, b.allocator]).toEqual([heap, heap]);
  expect(block.release()).toBe(false);
  expect(heap.stats()).toMatchObject({ liveCount: 1, lockedCount: 0 });
  const [first, second] = [a.wmap(), b.wmap()];
  expect(addressOf(first.bytes)).toBe(block.address);
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

test("a block that native code still has goes back when it is released, not with its blob", () => {
  const heap = new HeapAllocator();
  const block = new EngineBlock(heap, 32);
  block.blobOver(new TensorDesc("FP32", [8]), 0).deallocate();
  expect([heap.stats().liveCount, block.isShared]).toEqual([1, true]);
  expect(block.release()).toBe(true);
  expect([heap.stats().liveCount, block.isShared]).toEqual([0, false]);
});

test("a forgotten output is told to the session's allocator by its own handle", async () => {
  const told: number[] = [];
  const tracking = new TrackingAdaptor(new HeapAllocator(), { onForgotten: ({ size }) => told.push(size) });
  const session = await createSession(tinyModel(SUM), { allocator: tracking, threads: 1 });
  const others = Array.from({ length: 5 }, () => tracking.alloc(7));
  const count = tracking.live().length;
  await (async () => {
    session.run({ a: floats(), b: floats() });
  })();
  await collectUntil(() => told.length > 0);
  expect(told).toEqual([16]);
  expect(tracking.live().length).toBe(count);
  for (const handle of others) tracking.free(handle);
  await session.dispose();
  expect(tracking.live()).toEqual([]);
});

test("a blob over a part has no more room than its part, and grows into a block of its own", () => {
  const heap = new HeapAllocator();
  const block = new EngineBlock(heap, 256);
  const blob = block.blobOver(new TensorDesc("FP32", [8]), 0);
  block.release();
  expect(blob.capacity).toBe(32);
  blob.setShape([4]);
  expect([blob.capacity, heap.stats().totalCount]).toEqual([32, 1]);
  blob.setShape([9]);
  expect([blob.capacity, heap.stats().totalCount, heap.stats().liveCount]).toEqual([36, 2, 1]);
  blob.deallocate();
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
