/** What a tracking adaptor knows of blobs. Needs Node for a collector that can be called. */
import { expect, test, vi } from "vitest";
import { collectUntil } from "./support/collect-until.ts";
import type { IAllocator } from "../src/allocator.ts";
import { HeapAllocator } from "../src/allocators/heap.ts";
import { createBlob } from "../src/blob/create-blob.ts";
import { GuardAdaptor } from "../src/adaptors/guard.ts";
import { TrackingAdaptor } from "../src/adaptors/tracking.ts";
import type { TBlob } from "../src/blob/tblob.ts";
import type { TrackedBlock } from "../src/adaptors/tracking/tracked-block.ts";

function forgetBlob(allocator: IAllocator): void {
  createBlob({ precision: "FP32", dims: [4] }, { allocator }).wmap();
}

test("a forgotten blob is warned of by the place where it was made, once for each place", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    const tracking = new TrackingAdaptor(new HeapAllocator());
    for (let i = 0; i < 3; i++) forgetBlob(tracking.labelled("detector"));
    await collectUntil(() => tracking.forgotten === 3);
    await Promise.resolve();
    expect(tracking.forgotten).toBe(3);
    expect(tracking.live()).toEqual([]);
    expect(tracking.upstream.stats().liveCount).toBe(0);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatch(
      /^A blob of 16 bytes labelled detector was collected without being freed\. It was allocated at forgetBlob \(.*tracking-blobs\.node\.test\.ts:\d+:\d+\)\./,
    );
  } finally {
    warn.mockRestore();
  }
});

/** @returns a region, or a parent whose region was forgotten */
function forgetSharer(allocator: IAllocator, which: "parent" | "region"): TBlob {
  const parent = createBlob({ precision: "U8", dims: [1000] }, { allocator });
  const region = parent.createROI([10], [20]);
  return which === "parent" ? region : parent;
}

test.each(["parent", "region"] as const)("a forgotten %s is warned of with the block that it shared", async (which) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    const tracking = new TrackingAdaptor(new GuardAdaptor(new HeapAllocator()));
    using rest = forgetSharer(tracking.labelled("frame"), which);
    await collectUntil(() => tracking.forgotten === 1);
    await Promise.resolve();
    expect(tracking.forgotten).toBe(1);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatch(
      /^A blob over a block of 1000 bytes labelled frame, which another blob holds, too, was collected without being freed\. The block was allocated at forgetSharer \(.*tracking-blobs\.node\.test\.ts:\d+:\d+\)\./,
    );
    expect(tracking.live().length).toBe(1);
    expect(rest.isAllocated).toBe(true);
  } finally {
    warn.mockRestore();
  }
});

test("each forgotten blob over a block is told, with how many others there are", async () => {
  const told: [size: number, sharers: number][] = [];
  const tracking = new TrackingAdaptor(new HeapAllocator(), {
    onForgotten: ({ size }, sharers) => told.push([size, sharers]),
  });
  (() => {
    const parent = createBlob({ precision: "U8", dims: [64] }, { allocator: tracking });
    parent.createROI([0], [8]);
    parent.createROI([8], [16]).deallocate();
  })();
  await collectUntil(() => told.length === 2);
  expect(told).toEqual([
    [64, 1],
    [64, 0],
  ]);
  expect(tracking.live()).toEqual([]);
});

test("neither call sites of tracking nor those of a guard keep a blob from being collected", async () => {
  const forgotten: TrackedBlock[] = [];
  const tracking = new TrackingAdaptor(new GuardAdaptor(new HeapAllocator()), {
    onForgotten: (block) => forgotten.push(block),
  });
  for (let i = 0; i < 20; i++) forgetBlob(tracking);
  await collectUntil(() => forgotten.length === 20);
  expect(forgotten.length).toBe(20);
  expect(tracking.upstream.stats().liveCount).toBe(0);
  expect(tracking.upstream.reports).toEqual([]);
});

test("a blob that is freed is not warned of", async () => {
  const forgotten: TrackedBlock[] = [];
  const tracking = new TrackingAdaptor(new HeapAllocator(), { onForgotten: (block) => forgotten.push(block) });
  (() => {
    for (let i = 0; i < 10; i++) createBlob({ precision: "U8", dims: [1] }, { allocator: tracking }).deallocate();
  })();
  forgetBlob(tracking);
  await collectUntil(() => forgotten.length > 0);
  expect(tracking.forgotten).toBe(1);
});

test("a blob's block is named by where the blob was made, not by what is inside the package", () => {
  const tracking = new TrackingAdaptor(new HeapAllocator());
  const blob = createBlob({ precision: "U8", dims: [4] }, { allocator: tracking });
  const clone = blob.clone();
  const [first, second] = tracking.live().map(({ site }) => site.frames[0]!);
  expect(first!.file).toMatch(/tracking-blobs\.node\.test\.ts$/);
  expect(second!.file).toBe(first!.file);
  expect(second!.line - first!.line).toBe(1);
  blob.deallocate();
  clone.deallocate();
  expect(tracking.live()).toEqual([]);
});
