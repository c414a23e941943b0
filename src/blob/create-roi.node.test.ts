/** Needs Node for a collector that can be called. */
import { expect, test } from "vitest";
import { collectUntil } from "../../test/support/collect-until.ts";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { createBlob } from "./create-blob.ts";
import { reclaimed } from "./reclaim.ts";
import type { TBlob } from "./tblob.ts";

function regionOfForgotten(allocator: CountingAllocator): TBlob<"U8"> {
  const blob = createBlob({ precision: "U8", dims: [16] }, { allocator });
  blob.wmap().data.fill(7);
  return blob.createROI([4], [8]);
}

test("a forgotten parent is counted, and its region keeps the memory", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed();
  using roi = regionOfForgotten(allocator);
  await collectUntil(() => reclaimed().count > before.count);
  expect(reclaimed()).toEqual({ count: before.count + 1, bytes: before.bytes });
  expect(allocator).toMatchObject({ liveCount: 1, locks: 0 });
  using map = roi.rmap();
  expect(map.data.slice()).toEqual(new Uint8Array([7, 7, 7, 7]));
});

test("forgotten regions and views give the block back with their parent", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed();
  (() => {
    const roi = regionOfForgotten(allocator);
    roi.createROI([1], [2]).rmap();
    roi.viewAs({ precision: "I8", dims: [2] }).deallocate();
  })();
  expect(allocator.liveCount).toBe(1);
  await collectUntil(() => allocator.liveCount === 0);
  expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  expect(reclaimed()).toEqual({ count: before.count + 3, bytes: before.bytes + 16 });
});

test("regions of a heap's blobs leave the heap as it was", () => {
  const allocator = new HeapAllocator();
  for (let round = 0; round < 50; round++) {
    using blob = createBlob({ precision: "FP32", dims: [1, 3, 8, 8] }, { allocator });
    const roi = blob.createROI({ posX: round % 8, posY: 0, sizeX: 1, sizeY: 8 });
    const view = roi.viewAs({ precision: "U32", dims: [3] });
    blob.deallocate();
    using map = view.wmap();
    map.data.fill(round);
    view.deallocate();
    roi.deallocate();
    expect(allocator.stats()).toMatchObject({ liveCount: 1, lockedCount: 1 });
  }
  expect(allocator.stats()).toMatchObject({ liveCount: 0, lockedCount: 0, liveBytes: 0 });
  allocator.check();
});
