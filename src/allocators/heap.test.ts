import { describe, expect, test } from "vitest";
import { LockOp, tryAlloc } from "../allocator.ts";
import type { Handle } from "../allocator.ts";
import { InvalidHandleError, OutOfMemoryError } from "../errors.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { runAllocatorModel } from "../testing/model-based.ts";
import { HeapAllocator } from "./heap.ts";

const MIB = 2 ** 20;

describe("the contract", () => {
  for (const { name, run } of allocatorConformance(() => new HeapAllocator(), { pooled: true })) test(name, run);
});

describe("the contract, within a bound", () => {
  const traits = { pooled: true, limitBytes: 16 * MIB };
  const cases = allocatorConformance(() => new HeapAllocator({ maxBytes: 16 * MIB }), traits);
  for (const { name, run } of cases) test(name, run);
});

describe("random programs", () => {
  test("without a bound", () => runAllocatorModel(() => new HeapAllocator(), { alignment: 64 }));
  test("in many small regions", () =>
    runAllocatorModel(() => new HeapAllocator({ regionBytes: 65_536 }), { alignment: 64 }));
  test("within a tight bound", () => {
    const limitBytes = 256 * 1024;
    runAllocatorModel(() => new HeapAllocator({ maxBytes: limitBytes }), { alignment: 64, limitBytes });
  });
});

test("reaching maxBytes throws with the numbers, and leaves the heap as it was and usable", () => {
  const heap = new HeapAllocator({ maxBytes: MIB, name: "weights" });
  const [first] = [heap.alloc(600_000), heap.alloc(300_000)];
  const before = heap.stats();
  let error: unknown;
  try {
    heap.alloc(200_000);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toMatchObject({
    code: "ERR_OUT_OF_MEMORY",
    allocator: "weights",
    requestedBytes: 200_000,
    liveBytes: 900_000,
    limitBytes: MIB,
    largestFreeBytes: MIB - 600_000 - 300_032,
  });
  expect((error as Error).message).toContain(
    "weights cannot allocate 200000 bytes: 900000 bytes are live of a limit of 1048576",
  );
  expect((error as Error).message).toContain("raise maxBytes");
  expect(heap.stats()).toEqual(before);
  heap.check();
  expect(heap.free(first)).toBe(true);
  expect(tryAlloc(heap, 600_000)).not.toBeNull();
});

test("all of maxBytes can be one block, also when it is no multiple of a page or a granule", () => {
  for (const maxBytes of [1, 1000, 65_536, 100_001, 5 * MIB + 1]) {
    const heap = new HeapAllocator({ maxBytes });
    const handle = heap.alloc(maxBytes);
    expect(heap.lock(handle).byteLength).toBe(maxBytes);
    heap.unlock(handle);
    expect(tryAlloc(heap, 64)).toBeNull();
    heap.free(handle);
    expect(heap.stats().footprintBytes).toBe(Math.ceil(maxBytes / 64) * 64);
  }
});

test("a block that can never fit is refused with what can be had", () => {
  const heap = new HeapAllocator({ maxBytes: 1000 });
  expect(() => heap.alloc(1025)).toThrow(/It can never fit; raise maxBytes/);
  expect(() => new HeapAllocator().alloc(2 ** 32 + 1)).toThrow(/One block has at most 4 GiB/);
  expect(heap.stats().reservedBytes).toBe(0);
});

test("it grows by regions, each as large as all before it", () => {
  const heap = new HeapAllocator({ regionBytes: MIB });
  const reserved = [1, 2, 3, 4, 5].map(() => {
    heap.alloc(MIB);
    return heap.stats().reservedBytes / MIB;
  });
  expect(reserved).toEqual([1, 2, 4, 4, 8]);
  heap.alloc(100 * MIB);
  expect(heap.stats().reservedBytes).toBe(108 * MIB);
  heap.check();
});

test("maxBytes bounds all regions together", () => {
  const heap = new HeapAllocator({ maxBytes: 3 * MIB, regionBytes: MIB });
  for (let i = 0; i < 3; i++) heap.alloc(MIB);
  expect(heap.stats().reservedBytes).toBe(3 * MIB);
  expect(tryAlloc(heap, 1)).toBeNull();
});

test("an empty region makes way for a block that needs a larger one", () => {
  const heap = new HeapAllocator({ maxBytes: 3 * MIB, regionBytes: MIB });
  heap.free(heap.alloc(MIB));
  expect(heap.lock(heap.alloc(3 * MIB)).byteLength).toBe(3 * MIB);
  heap.check();
});

test("trim gives back the regions without live blocks and keeps the others", () => {
  const heap = new HeapAllocator({ regionBytes: MIB });
  const [keep, drop] = [heap.alloc(900_000), heap.alloc(900_000)];
  heap.lock(keep).fill(7);
  expect(heap.trim()).toBe(0);
  heap.free(drop);
  expect(heap.trim()).toBe(MIB);
  expect(heap.stats()).toMatchObject({ reservedBytes: MIB, liveCount: 1 });
  expect(heap.lock(keep).every((byte) => byte === 7)).toBe(true);
  heap.unlock(keep);
  heap.unlock(keep);
  heap.free(keep);
  expect(heap.trim()).toBe(MIB);
  expect(heap.stats()).toMatchObject({ reservedBytes: 0, footprintBytes: 0, largestFreeBytes: 0 });
  expect(heap.lock(heap.alloc(10))).toHaveLength(10);
  heap.check();
});

test("zero clears each block as it is handed out", () => {
  const heap = new HeapAllocator({ zero: true });
  for (const size of [0, 1, 100, 100_000]) {
    const dirty = heap.alloc(size);
    heap.lock(dirty).fill(255);
    heap.unlock(dirty);
    heap.free(dirty);
    const clean = heap.alloc(size);
    expect(heap.lock(clean, LockOp.LOCK_FOR_READ).every((byte) => byte === 0)).toBe(true);
    expect(heap.stats().lockedCount).toBe(1);
    heap.unlock(clean);
    heap.free(clean);
  }
});

test("a hundred thousand handles live at once, each with its own bytes", () => {
  const heap = new HeapAllocator();
  const handles: Handle[] = [];
  for (let i = 0; i < 100_000; i++) {
    const handle = heap.alloc(4);
    new DataView(heap.lock(handle).buffer, heap.lock(handle).byteOffset).setInt32(0, i);
    heap.unlock(handle);
    heap.unlock(handle);
    handles.push(handle);
  }
  heap.check();
  const sums = handles.map((handle) => {
    const bytes = heap.lock(handle, LockOp.LOCK_FOR_READ);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
    heap.unlock(handle);
    return value;
  });
  expect(sums).toEqual(handles.map((_, i) => i));
  expect(handles.every((handle) => heap.free(handle))).toBe(true);
  heap.check();
});

test("more handles than there can be are refused with a clear error", () => {
  const heap = new HeapAllocator();
  let count = 0;
  const take = (): void => {
    for (;;) {
      heap.alloc(1);
      count++;
    }
  };
  expect(take).toThrow(/Its books are full, with \d+ blocks and holes; free some first/);
  expect(count).toBeGreaterThan(250_000);
});

test("blocks of many sizes do not make it creep: the hundredth run needs what the third did", () => {
  const heap = new HeapAllocator();
  const footprints: number[] = [];
  for (let run = 0; run < 100; run++) {
    const live: Handle[] = [];
    for (let i = 0; i < 500; i++) {
      live.push(heap.alloc(((i * 7919) % 97) * 1000 + i));
      if (i % 3 === 0) heap.free(live.splice((i * 31) % live.length, 1)[0]!);
    }
    for (const handle of live) heap.free(handle);
    footprints.push(heap.stats().footprintBytes);
  }
  expect(footprints[99]).toBe(footprints[2]);
});

test("a refusal gives no empty region back, where that would not have helped", () => {
  const heap = new HeapAllocator({ maxBytes: MIB, regionBytes: MIB / 4 });
  heap.alloc(MIB / 8);
  heap.alloc(MIB / 4);
  heap.free(heap.alloc(MIB / 4));
  const before = heap.stats();
  expect(() => heap.alloc(MIB)).toThrow(OutOfMemoryError);
  expect(heap.stats()).toEqual(before);
});

test("no number passes for a handle because of what stands in the books before the first block", () => {
  const heap = new HeapAllocator();
  const live = new Set<number>();
  const handles: Handle[] = [];
  for (let i = 0; i < 40_000; i++) handles.push(heap.alloc(1600));
  for (const [i, handle] of handles.entries()) {
    if (i % 3 === 0) live.add(handle);
    else heap.free(handle);
  }
  heap.stats();
  const accepted: number[] = [];
  for (let slot = 0; slot < 700; slot++) {
    for (let generation = 0; generation < 4096; generation += 7) {
      const forged = (generation << 18) | slot;
      if (!live.has(forged) && heap.free(forged as Handle)) accepted.push(forged);
    }
  }
  expect(accepted).toEqual([]);
  expect(() => heap.lock((262_144 + 480) as Handle)).toThrow(InvalidHandleError);
  heap.check();
});

test("options that are no sizes are refused", () => {
  for (const bad of [0, -1, 1.5, NaN, 2 ** 53]) {
    expect(() => new HeapAllocator({ maxBytes: bad })).toThrow(RangeError);
    expect(() => new HeapAllocator({ regionBytes: bad })).toThrow(/regionBytes must be an integer/);
  }
  expect(() => new HeapAllocator(null as never)).toThrow(/The options of a heap are/);
  expect(() => new HeapAllocator({ maxBytes: "1" as unknown as number })).toThrow(
    /maxBytes must be a number of bytes, not "1"/,
  );
});
