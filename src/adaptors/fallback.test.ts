import { describe, expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { tryAlloc } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { PlannedAllocator } from "../allocators/planned.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { OutOfMemoryError } from "../errors.ts";
import { runAllocatorModel } from "../testing/model-based.ts";
import { Adaptor } from "./adaptor.ts";
import { EVERY_ALLOCATOR, describeAdaptor } from "./every-allocator.fixture.ts";
import { FailingAdaptor } from "./failing.ts";
import { FallbackAdaptor } from "./fallback.ts";
import { TrackingAdaptor } from "./tracking.ts";

const small = (bytes: number): HeapAllocator => new HeapAllocator({ maxBytes: bytes });

describe("with one upstream", () => {
  describeAdaptor((upstream) => new FallbackAdaptor(upstream));
});

describe("with a small one before it", () => {
  const kinds = EVERY_ALLOCATOR.filter(({ name }) => name === "SystemAllocator" || name === "HeapAllocator");
  describeAdaptor((upstream) => new FallbackAdaptor(small(2 ** 16), upstream), { kinds, runs: 6 });
});

test("random programs over three upstreams, of which the first two run out or fail", () => {
  runAllocatorModel(
    () =>
      new FallbackAdaptor(
        new FailingAdaptor(new HeapAllocator(), { probability: 0.3, seed: 3 }),
        new PlannedAllocator(small(2 ** 17)),
        new SystemAllocator(),
      ),
    { runs: 20 },
  );
});

test("each block comes from the first that has room, and goes back to it", () => {
  const [first, second] = [small(1_024), small(4_096)];
  const allocator = new FallbackAdaptor(first, second);
  const a = allocator.alloc(1_000);
  const b = allocator.alloc(500);
  expect([allocator.ownerOf(a), allocator.ownerOf(b)]).toEqual([0, 1]);
  expect([first.stats().liveBytes, second.stats().liveBytes]).toEqual([1_000, 500]);
  expect(allocator.free(a)).toBe(true);
  expect(allocator.ownerOf(a)).toBe(-1);
  expect(allocator.ownerOf(allocator.alloc(10))).toBe(0);
  allocator.check!();
  expect(allocator.stats!()).toMatchObject({ liveBytes: 510, liveCount: 2, peakBytes: 1_500, totalBytes: 1_510 });
  expect(allocator.stats!().reservedBytes).toBe(first.stats().reservedBytes + second.stats().reservedBytes);
  allocator.free(b);
  expect(allocator.trim!()).toBe(4_096);
});

test("when all are full, the error has the last one's as its cause, and nothing changed", () => {
  const allocator = new FallbackAdaptor(small(1_024), small(2_048));
  allocator.alloc(100);
  let error: unknown;
  try {
    allocator.alloc(5_000);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toMatchObject({
    allocator: "FallbackAdaptor",
    requestedBytes: 5_000,
    liveBytes: 100,
    limitBytes: 2_048,
  });
  expect((error as OutOfMemoryError).cause).toMatchObject({ allocator: "HeapAllocator", limitBytes: 2_048 });
  expect(allocator.stats!().liveCount).toBe(1);
});

test("another error does not move on to the next", () => {
  class Broken extends Adaptor {
    override alloc(): Handle {
      throw new SyntaxError("broken");
    }
  }
  const second = new HeapAllocator();
  const allocator = new FallbackAdaptor(new Broken(new SystemAllocator()), second);
  expect(() => allocator.alloc(1)).toThrow(SyntaxError);
  expect(second.stats().totalCount).toBe(0);
});

const sameHandle = (byte: number): IAllocator => {
  let isLive = false;
  const bytes = new Uint8Array(4).fill(byte);
  return {
    alloc: (size) => {
      if (isLive)
        throw new OutOfMemoryError({
          allocator: "One",
          requestedBytes: size,
          liveBytes: 4,
          limitBytes: 4,
          largestFreeBytes: 0,
        });
      isLive = true;
      return 5 as Handle;
    },
    lock: () => bytes,
    unlock: () => {},
    free: () => isLive && !(isLive = false),
  };
};

test("equal handles of two upstreams are told apart", () => {
  const allocator = new FallbackAdaptor(sameHandle(1), sameHandle(2));
  const handles = [allocator.alloc(4), allocator.alloc(4)];
  expect(handles.map((handle) => allocator.lock(handle)[0])).toEqual([1, 2]);
  expect(tryAlloc(allocator, 4)).toBeNull();
  expect(allocator.stats).toBeUndefined();
});

test("when all handles are live, one more is refused, and the upstream has its block back", () => {
  const heap = new HeapAllocator();
  const systems = [new SystemAllocator(), heap];
  const allocator = new FallbackAdaptor(...systems);
  for (let i = 0; i < 262_143; i++) allocator.alloc(0);
  expect(() => allocator.alloc(0)).toThrow("All 262143 handles are live; free some first.");
  expect(heap.stats().liveCount).toBe(0);
});

test("it takes allocators, and at least one", () => {
  expect(() => new FallbackAdaptor()).toThrow("FallbackAdaptor takes from 1 to 256 allocators, not 0.");
  expect(() => new FallbackAdaptor(new SystemAllocator(), {} as IAllocator)).toThrow(
    "FallbackAdaptor goes around allocators, not a Object. Give it one.",
  );
});

test("a forgotten block is told to the upstream that it is of, by the handle that one knows", async () => {
  const forgotten: number[] = [];
  const onForgotten = ({ size }: { size: number }): number => forgotten.push(size);
  const [first, second] = [small(1_024), small(4_096)].map((heap) => new TrackingAdaptor(heap, { onForgotten }));
  const allocator = new FallbackAdaptor(first!, second!);
  const a = allocator.alloc(1_000);
  const b = allocator.alloc(500);
  allocator.free(a);
  notifyReclaimed(allocator, a);
  notifyReclaimed(allocator, b);
  await Promise.resolve();
  expect([first!.forgotten, second!.forgotten]).toEqual([0, 1]);
  expect(forgotten).toEqual([500]);
});
