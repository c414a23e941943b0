import { describe, expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import { Adaptor } from "./adaptor.ts";
import { EVERY_ALLOCATOR, describeAdaptor } from "./every-allocator.fixture.ts";
import { GuardAdaptor } from "./guard.ts";
import { TrackingAdaptor } from "./tracking.ts";
import type { TrackingOptions } from "./tracking.ts";
import type { TrackedBlock } from "./tracking/tracked-block.ts";

describe("one block in ten", () => {
  const overGuard = { name: "a guard", make: () => guard(new HeapAllocator()), traits: { pooled: true }, model: {} };
  const kinds = [...EVERY_ALLOCATOR, overGuard];
  describeAdaptor((upstream) => new TrackingAdaptor(upstream, { sample: 10 }), { kinds, runs: 8 });
});

describe("every block", () => {
  describeAdaptor((upstream) => new TrackingAdaptor(upstream), { kinds: [], runs: 8 });
});

describe("under a guard", () => {
  describeAdaptor(trackedAndGuarded, { kinds: [], runs: 8 });
});

function guard(upstream: IAllocator): GuardAdaptor {
  return new GuardAdaptor(upstream, { callSites: false, quarantineBlocks: 16 });
}

function trackedAndGuarded(upstream: IAllocator): GuardAdaptor {
  return guard(new TrackingAdaptor(upstream, { sample: 10 }));
}

function tracked(options: TrackingOptions = {}): TrackingAdaptor<HeapAllocator> {
  return new TrackingAdaptor(new HeapAllocator(), options);
}

test("what is live is listed oldest first, with size, age, label and call site", () => {
  let now = 1_000;
  const tracking = tracked({ now: () => now++ });
  const first = tracking.alloc(10);
  const second = tracking.labelled("detector").alloc(20);
  const third = tracking.alloc(30);
  expect(tracking.live()).toMatchObject([
    { handle: first, size: 10, time: 1_000, label: undefined },
    { handle: second, size: 20, time: 1_001, label: "detector" },
    { handle: third, size: 30, time: 1_002, label: undefined },
  ]);
  const lines = tracking.live().map(({ site }) => site.frames[0]!.line);
  expect([lines[1]! - lines[0]!, lines[2]! - lines[1]!]).toEqual([1, 1]);
  for (const { site } of tracking.live()) expect(site.location).toMatch(/tracking\.test\.ts:\d+:\d+$/);

  tracking.free(second);
  expect(tracking.live().map(({ handle }) => handle)).toEqual([first, third]);
  tracking.free(first);
  tracking.labelled("any").free(third);
  expect(tracking.live()).toEqual([]);
});

test("the report groups by call site, with the one of the most bytes first", () => {
  let now = 0;
  const tracking = tracked({ now: () => now });
  expect(tracking.report()).toBe("Nothing is live.");
  function load(): Handle {
    return tracking.labelled("weights").alloc(1_000_000);
  }
  tracking.alloc(5);
  now = 5_000;
  const handles = [load(), load()];
  now = 7_500;
  expect(tracking.liveSites()).toMatchObject([
    { count: 2, bytes: 2_000_000, oldestMs: 2_500, labels: ["weights"] },
    { count: 1, bytes: 5, oldestMs: 7_500, labels: [] },
  ]);
  const lines = tracking.report().split("\n");
  expect(lines[0]).toBe("3 blocks are live, with 2,000,005 bytes:");
  expect(lines[1]).toBe("  2 blocks, 2,000,000 bytes, the oldest 2.5 s old, labelled weights");
  expect(lines[2]).toMatch(/^ {4}at load \(.*tracking\.test\.ts:\d+:\d+\)$/);
  expect(lines[3]).toMatch(/^ {6}from .*tracking\.test\.ts:\d+:\d+\)?$/);
  for (const handle of handles) tracking.free(handle);
  now = 600_000;
  expect(tracking.report()).toContain("1 block is live, with 5 bytes:\n  1 block, 5 bytes, the oldest 10.0 min old");
});

test("of a sample, about one block in so many is known, and the report says so", () => {
  const tracking = tracked({ sample: 100 });
  const handles = Array.from({ length: 10_000 }, () => tracking.alloc(8));
  const { length } = tracking.live();
  expect(length).toBeGreaterThan(80);
  expect(length).toBeLessThan(125);
  expect(tracking.report()).toContain(`${length} blocks of a sample of one in 100 are live`);
  for (const handle of handles) tracking.free(handle);
  expect(tracking.report()).toBe("Nothing is live of a sample of one in 100.");
});

test("a label has one view, whose blocks pass through any other", () => {
  const tracking = tracked();
  const view = tracking.labelled("a");
  expect(tracking.labelled("a")).toBe(view);
  expect(view.label).toBe("a");
  const handle = tracking.labelled("b").alloc(16);
  expect(view.lock(handle).byteLength).toBe(16);
  tracking.unlock(handle);
  expect(view.free(handle)).toBe(true);
  expect(() => tracking.labelled(3 as unknown as string)).toThrow(TypeError);
});

test("a label of a block that is not in the sample is no harm", () => {
  const tracking = tracked({ sample: 1_000 });
  const handles = Array.from({ length: 5_000 }, () => tracking.labelled("x").alloc(1));
  expect(tracking.live().every(({ label }) => label === "x")).toBe(true);
  for (const handle of handles) tracking.free(handle);
  expect(tracking.live()).toEqual([]);
});

test("it is told of a forgotten block through whatever goes around it, by the handle that it knows", async () => {
  const forgotten: TrackedBlock[] = [];
  const tracking = tracked({ onForgotten: (block) => forgotten.push(block) });
  const outer = new Adaptor(new GuardAdaptor(new Adaptor(tracking)));
  outer.alloc(1);
  const handle = outer.alloc(100);
  notifyReclaimed(outer, handle);
  expect(forgotten).toEqual([]);
  await Promise.resolve();
  expect(forgotten).toMatchObject([{ size: 64 + 128 + 64 }]);
  expect(tracking.forgotten).toBe(1);
  expect(forgotten[0]!.site.location).toMatch(/tracking\.test\.ts/);
});

test("nobody has to want to know of forgotten blocks", () => {
  notifyReclaimed(new HeapAllocator(), 3 as Handle);
  notifyReclaimed(new Adaptor(new HeapAllocator()), 3 as Handle);
  const tracking = tracked();
  notifyReclaimed(tracking, 3 as Handle);
  expect(tracking.forgotten).toBe(1);
});

test("a clock that throws, or tells no number, costs no block: the last time counts", () => {
  let now: (() => unknown) | undefined;
  const tracking = tracked({ now: () => (now === undefined ? 7 : (now() as number)) });
  tracking.alloc(1);
  const wrong: readonly (() => unknown)[] = [
    () => expect.unreachable("broken"),
    () => NaN,
    () => "8",
    () => 9n,
    () => undefined,
  ];
  for (const clock of wrong) {
    now = clock;
    tracking.free(tracking.alloc(10));
    tracking.alloc(10);
  }
  expect(tracking.live().map(({ time }) => time)).toEqual([7, 7, 7, 7, 7, 7]);
  expect(tracking.liveSites().map(({ oldestMs }) => oldestMs)).toEqual([0, 0]);
  expect(tracking.upstream.stats().liveCount).toBe(6);
});

test("options that make no sense are refused", () => {
  for (const options of [null, 5, { sample: 0.001 }, { sample: 0 }, { onForgotten: 1 }, { now: 0 }]) {
    expect(() => tracked(options as TrackingOptions)).toThrow(expect.objectContaining({ code: "ERR_OPTIONS" }));
  }
});
