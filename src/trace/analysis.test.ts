import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeapAllocator } from "../allocators/heap.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { LockError } from "../errors.ts";
import { planSync } from "../plan/plan.ts";
import { validate } from "../plan/validate.ts";
import { diff } from "./diff.ts";
import type { TraceEvent } from "./event.ts";
import { lifetimes } from "./lifetimes.ts";
import { lines } from "./lines.fixture.ts";
import { findPeak } from "./peak.ts";
import { parseTrace, readTrace } from "./read-trace.ts";
import { replay } from "./replay.ts";
import { snapshot } from "./snapshot.ts";
import { summarise } from "./summary.ts";
import { TraceError } from "./trace-error.ts";
import { validateTrace } from "./validate-trace.ts";

const EVENTS: readonly TraceEvent[] = [
  { op: "a", id: 1, size: 100, t: 0, label: "weights", site: "load.ts:1:1" },
  { op: "m", phase: "run", t: 1 },
  { op: "a", id: 2, size: 300, t: 2, label: "tensor" },
  { op: "l", id: 2, t: 3, mode: "w" },
  { op: "a", id: 3, size: 50, t: 4, label: "tensor" },
  { op: "u", id: 2, t: 5 },
  { op: "f", id: 2, size: 300, t: 6 },
  { op: "a", id: 2, size: 50, t: 7 },
  { op: "f", id: 3, t: 8 },
];

/** Any events at all over a few ids, so that every rule is broken often. */
const anyEvents: fc.Arbitrary<TraceEvent[]> = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant("a" as const), id: fc.nat({ max: 5 }), size: fc.nat({ max: 500 }), t: fc.nat() }),
    fc.record({ op: fc.constantFrom("f" as const, "l" as const, "u" as const), id: fc.nat({ max: 5 }), t: fc.nat() }),
    fc.record({ op: fc.constant("m" as const), phase: fc.constantFrom("x", "y"), t: fc.nat() }),
  ),
  { maxLength: 60 },
);

describe("snapshot", () => {
  test("tells what is alive at the end, by label and phase", () => {
    expect(snapshot(EVENTS)).toMatchObject({
      events: 9,
      t: 8,
      phase: "run",
      liveBytes: 150,
      liveCount: 2,
      lockedCount: 0,
      blocks: [
        { id: 1, size: 100, t: 0, event: 0, label: "weights", site: "load.ts:1:1", phase: undefined },
        { id: 2, size: 50, t: 7, event: 7, label: undefined, phase: "run" },
      ],
      byLabel: [
        { name: "weights", bytes: 100, count: 1 },
        { name: "", bytes: 50, count: 1 },
      ],
      byPhase: [
        { name: "", bytes: 100, count: 1 },
        { name: "run", bytes: 50, count: 1 },
      ],
    });
  });

  test("tells the peak, a moment by count and by time, and the state before the first event", () => {
    expect(snapshot(EVENTS, "peak")).toMatchObject({ events: 5, liveBytes: 450, lockedCount: 1 });
    expect(snapshot(EVENTS, { events: 3 })).toMatchObject({ events: 3, t: 2, liveBytes: 400 });
    expect(snapshot(EVENTS, { time: 6.5 })).toMatchObject({ events: 7, t: 6, liveBytes: 150 });
    expect(snapshot(EVENTS, { events: 0 })).toMatchObject({ t: undefined, phase: undefined, liveBytes: 0, blocks: [] });
    expect(snapshot(EVENTS, { time: -1 }).events).toBe(0);
    expect(snapshot(EVENTS, { events: 1e9 }).events).toBe(9);
    expect(snapshot([])).toMatchObject({ liveCount: 0 });
  });

  test.each([null, 5, {}, "middle", { events: -1 }, { events: 1.5 }, { time: Number.NaN }])(
    "refuses the moment %j",
    (at) => {
      expect(() => snapshot(EVENTS, at as never)).toThrow(TraceError);
    },
  );

  test("of any events has the bytes that are alive, and the peak is the most of them", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const all = Array.from({ length: events.length + 1 }, (_, count) => snapshot(events, { events: count }));
        for (const { blocks, liveBytes } of all) {
          expect(liveBytes).toBe(blocks.reduce((sum, { size }) => sum + size, 0));
        }
        expect(findPeak(events).bytes).toBe(Math.max(...all.map(({ liveBytes }) => liveBytes)));
        expect(snapshot(events, "peak").liveBytes).toBe(findPeak(events).bytes);
      }),
    );
  });
});

describe("summarise", () => {
  test("counts ops, totals, the peak and the end, in all and by group", () => {
    const summary = summarise(EVENTS);
    expect(summary).toMatchObject({
      events: 9,
      allocs: 4,
      frees: 2,
      locks: 1,
      unlocks: 1,
      marks: 1,
      durationMs: 8,
      peakEvents: 5,
      totalBytes: 500,
      totalCount: 4,
      peakBytes: 450,
      peakCount: 3,
      endBytes: 150,
      endCount: 2,
    });
    expect(summary.byLabel).toEqual([
      { name: "tensor", totalBytes: 350, totalCount: 2, peakBytes: 350, peakCount: 2, endBytes: 0, endCount: 0 },
      { name: "weights", totalBytes: 100, totalCount: 1, peakBytes: 100, peakCount: 1, endBytes: 100, endCount: 1 },
      { name: "", totalBytes: 50, totalCount: 1, peakBytes: 0, peakCount: 0, endBytes: 50, endCount: 1 },
    ]);
    expect(summary.bySize.map(({ name }) => name)).toEqual(["300", "50", "100"]);
    expect(summary.byPhase.map(({ name, totalBytes }) => [name, totalBytes])).toEqual([
      ["run", 400],
      ["", 100],
    ]);
    expect(summary.bySite.map(({ name }) => name)).toEqual(["", "load.ts:1:1"]);
    expect(summarise([])).toMatchObject({ events: 0, peakBytes: 0, durationMs: 0, byLabel: [] });
  });

  test("of any events, the groups of every kind add up to the whole", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const summary = summarise(events);
        for (const groups of [summary.byLabel, summary.byPhase, summary.bySite, summary.bySize]) {
          for (const sum of ["totalBytes", "totalCount", "peakBytes", "peakCount", "endBytes", "endCount"] as const) {
            expect(groups.reduce((total, group) => total + group[sum], 0)).toBe(summary[sum]);
          }
        }
      }),
    );
  });
});

describe("diff", () => {
  test("of a trace and itself has no groups, and no change", () => {
    const same = diff(EVENTS, EVENTS);
    expect(same.peakBytes).toEqual({ before: 450, after: 450, change: 0 });
    expect([same.byLabel, same.byPhase, same.bySite, same.bySize]).toEqual([[], [], [], []]);
  });

  test("tells which groups changed, came and went, the largest change of the peak first", () => {
    const after: TraceEvent[] = [
      { op: "a", id: 1, size: 120, t: 0, label: "weights" },
      { op: "a", id: 2, size: 1_000, t: 1, label: "cache" },
    ];
    const result = diff(EVENTS, after);
    expect(result).toMatchObject({
      peakBytes: { before: 450, after: 1_120, change: 670 },
      endBytes: { before: 150, after: 1_120, change: 970 },
      totalCount: { before: 4, after: 2, change: -2 },
      durationMs: { before: 8, after: 1, change: -7 },
    });
    expect(result.byLabel.map(({ name, peakBytes }) => [name, peakBytes.change])).toEqual([
      ["cache", 1_000],
      ["tensor", -350],
      ["weights", 20],
      ["", 0],
    ]);
  });
});

test("whole traces are taken as well as their events, and what is neither is refused", () => {
  const trace = parseTrace(lines(...EVENTS));
  expect(snapshot(trace)).toEqual(snapshot(EVENTS));
  expect(summarise(trace)).toEqual(summarise(EVENTS));
  expect(diff(trace, EVENTS).byLabel).toEqual([]);
  expect(lifetimes(trace)).toEqual(lifetimes(EVENTS));
  expect(replay(trace, new SystemAllocator()).allocs).toBe(4);
  for (const value of [null, undefined, 5, "path", {}, readTrace([])]) {
    const bad = value as never;
    for (const use of [snapshot, summarise, lifetimes]) expect(() => use(bad)).toThrow(TraceError);
    expect(() => diff(EVENTS, bad)).toThrow(TraceError);
    expect(() => replay(bad, new SystemAllocator())).toThrow(TraceError);
  }
});

describe("lifetimes", () => {
  test("gives the blocks as buffers of a plan, from event to event", () => {
    expect(lifetimes(EVENTS)).toEqual([
      { id: 0, lower: 0, upper: 9, size: 100 },
      { id: 2, lower: 2, upper: 6, size: 300 },
      { id: 4, lower: 4, upper: 8, size: 50 },
      { id: 7, lower: 7, upper: 9, size: 50 },
    ]);
  });

  test("of any events make a problem that can be planned, with the peak as its lower bound", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const problem = { buffers: lifetimes(events) };
        const { offsets, height, lowerBound } = planSync(problem, { maxNodes: 100 });
        expect(validate(problem, offsets, height)).toEqual([]);
        expect(lowerBound).toBeGreaterThanOrEqual(findPeak(events).bytes);
      }),
      { numRuns: 50 },
    );
  });
});

describe("validateTrace", () => {
  test("finds nothing wrong with a trace that keeps the rules, and sums it up", async () => {
    expect(await validateTrace([lines(...EVENTS)])).toMatchObject({
      isValid: true,
      problems: { list: [], count: 0 },
      events: 9,
      allocs: 4,
      frees: 2,
      locks: 1,
      unlocks: 1,
      marks: 1,
      durationMs: 8,
      peakBytes: 450,
      endBytes: 150,
      endCount: 2,
      endLocked: 0,
    });
  });

  test.each([
    [{ op: "f", id: 9, t: 9 }, "unknown-id", "id 9 is freed and is not alive"],
    [{ op: "f", id: 3, t: 9 }, "unknown-id", "id 3 is freed"],
    [{ op: "l", id: 9, t: 9 }, "unknown-id", "id 9 is locked"],
    [{ op: "u", id: 9, t: 9 }, "unknown-id", "id 9 is unlocked"],
    [{ op: "a", id: 1, size: 3, t: 9 }, "live-id", "alive already, with 100 bytes since t 0"],
    [{ op: "u", id: 1, t: 9 }, "not-locked", "id 1 is unlocked and is not locked"],
    [{ op: "f", id: 1, size: 99, t: 9 }, "size-differs", "freed with 99 bytes, and has 100"],
    [{ op: "m", phase: "x", t: 7.5 }, "time-backwards", "t is 7.5, after 8"],
    [{ op: "a", id: 4, size: -3, t: 9 }, "not-an-event", "size"],
    [{ nothing: true }, "not-an-event", "op is undefined"],
  ])("finds %j, with its line and a sentence", async (event, kind, message) => {
    const result = await validateTrace([lines(...EVENTS, event)]);
    expect(result).toMatchObject({ isValid: false, problems: { count: 1, list: [{ kind, line: 10 }] } });
    expect(result.problems.list[0]!.message).toContain(message);
  });

  test("finds a free of a locked block, and lists problems of all kinds by line", async () => {
    const text = lines({ op: "f", id: 1, t: 0 }, { op: "a", id: 1, size: 1, t: 0 }, { op: "l", id: 1, t: 0 });
    const result = await validateTrace([`${text}broken\n`, lines({ op: "f", id: 1, t: 0 })]);
    expect(result.problems.list.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      "1 unknown-id",
      "4 not-json",
      "5 freed-locked",
    ]);
  });

  test("keeps the first problems and counts all", async () => {
    const many = lines(...Array.from({ length: 500 }, (_, t) => ({ op: "f", id: 1, t })));
    const { problems } = await validateTrace([many], { maxProblems: 7 });
    expect([problems.list.length, problems.count]).toEqual([7, 500]);
  });
});

describe("replay", () => {
  test("makes the calls of the trace, frees what it leaves alive, and tells peak and footprint", () => {
    const heap = new HeapAllocator();
    const result = replay(EVENTS, heap, { rounds: 3 });
    // 4 allocs, 2 frees and 2 more at the end, a lock and an unlock.
    expect(result).toMatchObject({
      calls: 30,
      allocs: 12,
      refusals: 0,
      failedFrees: 0,
      peakBytes: 450,
      damagedCount: 0,
    });
    expect(result.footprintBytes).toBe(heap.stats().footprintBytes);
    expect(heap.stats()).toMatchObject({ liveCount: 0, totalCount: 12, peakBytes: 450 });
    expect(replay(EVENTS, new SystemAllocator(), { locks: false })).toMatchObject({
      calls: 8,
      footprintBytes: undefined,
    });
    expect(replay([], heap)).toMatchObject({ calls: 0, nsPerCall: 0 });
  });

  test("counts refusals and goes on without what was refused", () => {
    const heap = new HeapAllocator({ maxBytes: 256 });
    expect(replay(EVENTS, heap)).toMatchObject({ allocs: 4, refusals: 1, largestRefusedBytes: 300, peakBytes: 200 });
    expect(heap.stats().liveCount).toBe(0);
  });

  test("of any events, leaves every allocator empty and finds it undamaged", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const heap of [new HeapAllocator(), new HeapAllocator({ maxBytes: 1_024 })]) {
          const result = replay(events, heap, { verify: true, rounds: 2 });
          heap.check();
          expect(heap.stats().liveCount).toBe(0);
          expect(result).toMatchObject({ failedFrees: 0, damagedCount: 0 });
          expect(result.peakBytes).toBeLessThanOrEqual(findPeak(events).bytes);
        }
      }),
    );
  });

  test("verifying, finds blocks whose contents are lost", () => {
    class Overlapping extends SystemAllocator {
      readonly #memory: Uint8Array = new Uint8Array(1_000);
      readonly #sizes: number[] = [];
      override alloc(size: number): ReturnType<SystemAllocator["alloc"]> {
        const handle = super.alloc(size);
        this.#sizes[handle] = size;
        return handle;
      }
      override lock(handle: ReturnType<SystemAllocator["alloc"]>): Uint8Array {
        super.lock(handle);
        return this.#memory.subarray(0, this.#sizes[handle]);
      }
    }
    const result = replay(EVENTS, new Overlapping(), { verify: true });
    expect(result.damagedCount).toBe(3);
    expect(result.damaged[0]).toEqual({ round: 0, alloc: 1, size: 300, byte: 0 });
  });

  test("passes on errors that are no refusals", () => {
    class Jammed extends SystemAllocator {
      override unlock(handle: ReturnType<SystemAllocator["alloc"]>): void {
        throw LockError.notLocked("Jammed", handle);
      }
    }
    expect(() => replay(EVENTS, new Jammed())).toThrow(LockError);
  });

  test("refuses what is no allocator, and rounds below 1", () => {
    expect(() => replay(EVENTS, {} as never)).toThrow(TraceError);
    expect(() => replay(EVENTS, new SystemAllocator(), { rounds: 0 })).toThrow(TraceError);
  });
});

test("options of a replay that are none are refused", () => {
  expect(() => replay([], new HeapAllocator(), null as never)).toThrow(TraceError);
});
