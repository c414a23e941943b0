import { describe, expect, test } from "vitest";
import { HeapAllocator } from "../allocators/heap.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { BlobError } from "../errors.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";
import { LimitAdaptor } from "./limit.ts";
import type { Statistics } from "./meter.ts";
import { StatisticsAdaptor } from "./statistics.ts";

describeAdaptor((upstream) => new StatisticsAdaptor(upstream));

describe("a labelled view", () => {
  describeAdaptor((upstream) => new StatisticsAdaptor(upstream).labelled("all"), { runs: 5 });
});

/** [current, peak, total] of bytes, then of blocks. */
function numbers({ bytes, count }: Statistics): [number[], number[]] {
  return [
    [bytes.current, bytes.peak, bytes.total],
    [count.current, count.peak, count.total],
  ];
}

const NOTHING = [
  [0, 0, 0],
  [0, 0, 0],
];

test("bytes and blocks are counted as current, peak and total", () => {
  const stats = new StatisticsAdaptor(new HeapAllocator());
  expect(numbers(stats.statistics)).toEqual(NOTHING);
  const a = stats.alloc(100);
  const b = stats.alloc(0);
  stats.free(a);
  const c = stats.alloc(30);
  expect(numbers(stats.statistics)).toEqual([
    [30, 100, 130],
    [2, 2, 3],
  ]);
  stats.free(b);
  stats.free(c);
  expect(numbers(stats.statistics)).toEqual([
    [0, 100, 130],
    [0, 2, 3],
  ]);
});

test("what the upstream refuses is not counted", () => {
  const heap = new HeapAllocator({ maxBytes: 128 });
  const stats = new StatisticsAdaptor(heap);
  const handle = stats.alloc(50);
  stats.lock(handle);
  expect(() => stats.alloc(200)).toThrow("cannot allocate 200 bytes");
  expect(() => stats.alloc(-1)).toThrow(RangeError);
  expect(stats.free(handle)).toBe(false);
  expect(stats.free(heap.alloc(0))).toBe(true);
  expect(numbers(stats.statistics)).toEqual([
    [50, 50, 50],
    [1, 1, 1],
  ]);
});

test("sums above 2^32 are exact", () => {
  const stats = new StatisticsAdaptor(new HeapAllocator());
  for (let i = 0; i < 5_000; i++) stats.free(stats.alloc(1_000_003));
  expect(stats.statistics.bytes).toEqual({ current: 0, peak: 1_000_003, total: 5_000 * 1_000_003 });
});

test("locks are counted", () => {
  const stats = new StatisticsAdaptor(new SystemAllocator());
  const handle = stats.alloc(4);
  stats.lock(handle);
  stats.lock(handle, 0);
  stats.unlock(handle);
  expect(() => stats.lock(99_999 as typeof handle)).toThrow("no live handle");
  expect(stats.locks).toBe(2);
});

test("a snapshot stays as it is", () => {
  const stats = new StatisticsAdaptor(new SystemAllocator());
  const before = stats.statistics;
  stats.alloc(10);
  expect(numbers(before)).toEqual(NOTHING);
});

describe("scopes", () => {
  test("count what happens in them, with peaks of their own above what was live", () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    const old = stats.alloc(1_000);
    stats.free(stats.alloc(9_000));
    stats.pushScope();
    const kept = stats.alloc(50);
    stats.free(stats.alloc(100));
    stats.free(old);
    const scope = stats.popScope();
    expect(numbers(scope)).toEqual([
      [50 - 1_000, 150, 150],
      [0, 2, 2],
    ]);
    expect(stats.statistics.bytes).toEqual({ current: 50, peak: 10_000, total: 10_150 });
    stats.free(kept);
  });

  test("nest, and the outer one has the peak of the inner one, too", () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    stats.pushScope();
    stats.free(stats.alloc(10));
    stats.pushScope();
    stats.free(stats.alloc(300));
    stats.pushScope();
    expect(numbers(stats.popScope())).toEqual(NOTHING);
    expect(stats.popScope().bytes.peak).toBe(300);
    expect(stats.popScope().bytes).toEqual({ current: 0, peak: 300, total: 310 });
    expect(stats.statistics.bytes.peak).toBe(300);
  });

  test("that were never begun cannot be ended", () => {
    const stats = new StatisticsAdaptor(new SystemAllocator());
    expect(() => stats.popScope()).toThrow(BlobError);
    stats.pushScope();
    stats.popScope();
    expect(() => stats.popScope()).toThrow("Begin one with pushScope first");
  });
});

describe("labels", () => {
  test("share the whole, and have numbers of their own", () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    const detector = stats.labelled("detector");
    const recogniser = stats.labelled("recogniser");
    const a = detector.alloc(100);
    recogniser.alloc(7);
    stats.alloc(1);
    detector.free(a);
    expect(numbers(stats.label("detector"))).toEqual([
      [0, 100, 100],
      [0, 1, 1],
    ]);
    expect(stats.label("recogniser").bytes).toEqual({ current: 7, peak: 7, total: 7 });
    expect(stats.statistics.bytes).toEqual({ current: 8, peak: 108, total: 108 });
    expect(stats.labels).toEqual(["detector", "recogniser"]);
    expect(detector.label).toBe("detector");
  });

  test("are the same view each time, and of a block until it is freed, through whichever view", () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    expect(stats.labelled("a")).toBe(stats.labelled("a"));
    const handle = stats.labelled("a").alloc(10);
    stats.labelled("b").free(handle);
    const other = stats.labelled("a").alloc(20);
    stats.free(other);
    stats.alloc(5);
    expect(stats.label("a").bytes).toEqual({ current: 0, peak: 20, total: 30 });
    expect(numbers(stats.label("b"))).toEqual(NOTHING);
  });

  test("are right where tasks overlap", async () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    const task = async (label: string, size: number): Promise<void> => {
      const allocator = stats.labelled(label);
      const handles = [];
      for (let i = 0; i < 3; i++) {
        handles.push(allocator.alloc(size));
        await Promise.resolve();
      }
      for (const handle of handles) allocator.free(handle);
    };
    await Promise.all([task("x", 10), task("y", 1_000)]);
    expect(stats.label("x").bytes).toEqual({ current: 0, peak: 30, total: 30 });
    expect(stats.label("y").bytes).toEqual({ current: 0, peak: 3_000, total: 3_000 });
  });

  test("that were never used have nothing, and stay unused", () => {
    const stats = new StatisticsAdaptor(new SystemAllocator());
    expect(numbers(stats.label("none"))).toEqual(NOTHING);
    expect(stats.labels).toEqual([]);
  });

  test("are strings", () => {
    expect(() => new StatisticsAdaptor(new SystemAllocator()).labelled(5 as unknown as string)).toThrow(
      "A label must be a string, not 5.",
    );
  });

  test("of a block that an adaptor above refused are not counted", () => {
    const stats = new StatisticsAdaptor(new HeapAllocator());
    const limit = new LimitAdaptor(stats.labelled("a"), { maxBytes: 10 });
    expect(() => limit.alloc(11)).toThrow("LimitAdaptor cannot allocate 11 bytes");
    limit.alloc(10);
    expect(stats.label("a").bytes.total).toBe(10);
  });
});
