import { describe, expect, test } from "vitest";
import { LockOp } from "../allocator.ts";
import type { Handle } from "../allocator.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { runAllocatorModel } from "../testing/model-based.ts";
import { HeapAllocator } from "./heap.ts";
import { PlannedAllocator } from "./planned.ts";
import { SystemAllocator } from "./system.ts";

const MIB = 2 ** 20;

describe("the contract", () => {
  for (const { name, run } of allocatorConformance(() => new PlannedAllocator(), { pooled: true })) test(name, run);
});

describe("the contract, within a bound and in runs", () => {
  const traits = { pooled: true, limitBytes: 16 * MIB };
  for (const { name, run } of allocatorConformance(inARun, traits)) test(name, run);
});

function inARun(): PlannedAllocator {
  const planned = new PlannedAllocator(new HeapAllocator({ maxBytes: 16 * MIB }));
  planned.beginRun();
  return planned;
}

describe("random programs", () => {
  test("over a heap", () => runAllocatorModel(() => new PlannedAllocator(), { alignment: 64 }));
  test("over an allocator that is no pool", () => {
    runAllocatorModel(() => new PlannedAllocator(new SystemAllocator()), { alignment: 1 });
  });
});

/** A run: a number allocates so many bytes, `free` ends the allocation of that index. */
type Step = number | { readonly free: number };

/** Does what the run says, marks each block, and verifies that no mark was overwritten. @returns handles still live */
function perform(planned: PlannedAllocator, run: readonly Step[]): Handle[] {
  const handles: (Handle | undefined)[] = [];
  const verify = (index: number): void => {
    const bytes = planned.lock(handles[index]!, LockOp.LOCK_FOR_READ);
    if (!bytes.every((byte) => byte === (index & 255))) throw new Error(`block ${index} was overwritten`);
    planned.unlock(handles[index]!);
  };
  for (const step of run) {
    if (typeof step === "number") {
      const handle = planned.alloc(step);
      const bytes = planned.lock(handle);
      if (bytes.byteLength !== step) throw new Error(`${bytes.byteLength} bytes instead of ${step}`);
      bytes.fill(handles.length);
      planned.unlock(handle);
      handles.push(handle);
    } else {
      verify(step.free);
      if (!planned.free(handles[step.free]!)) throw new Error(`block ${step.free} could not be freed`);
      handles[step.free] = undefined;
    }
    planned.check();
  }
  for (const [index, handle] of handles.entries()) if (handle !== undefined) verify(index);
  return handles.filter((handle) => handle !== undefined);
}

function freed(...indices: number[]): Step[] {
  return indices.map((free) => ({ free }));
}

const RUN: readonly Step[] = [1000, 5000, ...freed(0), 300, 100_000, ...freed(1, 3), 64, ...freed(2, 4)];

test("a run is recorded, planned and replayed in less memory than its sizes add up to", () => {
  const planned = new PlannedAllocator();
  for (let i = 0; i < 5; i++) {
    planned.beginRun();
    perform(planned, RUN);
    planned.endRun();
  }
  expect(planned.report()).toEqual({
    runs: 5,
    hits: 4,
    divergences: 0,
    plans: 1,
    plannedBytes: 105_408,
    lowerBoundBytes: 105_408,
  });
});

test("a run that repeats is found without being told", () => {
  const planned = new PlannedAllocator();
  for (let i = 0; i < 6; i++) perform(planned, RUN);
  planned.alloc(1);
  expect(planned.report()).toMatchObject({ plans: 1, hits: 4, divergences: 0 });
});

test("stats are exact at any point of a replay", () => {
  const [planned, plain] = [new PlannedAllocator(), new HeapAllocator()];
  const seen: (readonly [readonly number[], readonly number[]])[] = [];
  for (let i = 0; i < 4; i++) {
    planned.beginRun();
    const [mine, other]: Handle[][] = [[], []];
    for (const step of RUN) {
      if (typeof step === "number") {
        mine!.push(planned.alloc(step));
        other!.push(plain.alloc(step));
      } else {
        planned.free(mine![step.free]!);
        plain.free(other![step.free]!);
      }
      // Not at every point: what was counted must not depend on who asks when.
      if ((plain.stats().totalCount + i) % 2 === 0) seen.push([counts(planned), counts(plain)]);
    }
    planned.endRun();
  }
  seen.push([counts(planned), counts(plain)]);
  for (const [mine, other] of seen) expect(mine).toEqual(other);
});

function counts(allocator: PlannedAllocator | HeapAllocator): readonly number[] {
  const { liveBytes, liveCount, peakBytes, peakCount, totalBytes, totalCount } = allocator.stats();
  return [liveBytes, liveCount, peakBytes, peakCount, totalBytes, totalCount];
}

describe("a run that leaves its plan is served correctly, and planned as another run", () => {
  const others: Record<string, readonly Step[]> = {
    "another size": [1000, 5000, ...freed(0), 301, 100_000, ...freed(1, 3), 64, ...freed(2, 4)],
    "another order of frees": [1000, 5000, ...freed(0), 300, 100_000, ...freed(3, 1), 64, ...freed(4, 2)],
    "a block freed early": [1000, 5000, ...freed(0, 1), 300, 100_000, 64, ...freed(2, 3, 4)],
    "a block freed late": [1000, 5000, 300, 100_000, ...freed(0, 1, 3), 64, ...freed(2, 4)],
    "more blocks": [...RUN, 7, 8, 9, ...freed(6, 5, 7)],
    "more blocks in the middle": [1000, 5000, 5000, ...freed(0, 1, 2), 300, ...freed(3)],
    "another beginning": [999, 5000, ...freed(0), 300, ...freed(1, 2)],
    "a huge block": [1000, 5000, 3_000_000, ...freed(0, 1, 2)],
  };
  for (const [name, other] of Object.entries(others)) {
    test(name, () => {
      const planned = new PlannedAllocator();
      const runs = [RUN, RUN, other, RUN, other, RUN];
      for (const [i, run] of runs.entries()) {
        planned.beginRun(run === RUN ? "usual" : "other");
        expect(perform(planned, run)).toEqual([]);
        planned.endRun();
        planned.check();
        expect(planned.stats().liveCount).toBe(0);
        expect(planned.report().runs).toBe(i + 1);
      }
      expect(planned.report()).toMatchObject({ plans: 2, hits: 4 });
    });
  }
});

test("a negative size is refused where a plan has a free, or ends, or was never there", () => {
  const allocator = new PlannedAllocator(new HeapAllocator());
  const sizes = [-1, -2, -(2 ** 29), -(2 ** 31), -(2 ** 31) + 4096];
  const expectRefused = (): void => {
    for (const size of sizes) expect(() => allocator.alloc(size)).toThrow(RangeError);
    allocator.check();
  };
  expectRefused();
  for (let run = 0; run < 4; run++) {
    allocator.beginRun();
    for (let step = 0; step < 2; step++) {
      const handle = allocator.alloc(4096);
      expectRefused();
      expect(allocator.free(handle)).toBe(true);
    }
    expectRefused();
    allocator.endRun();
  }
  expect(allocator.stats()).toMatchObject({ liveBytes: 0, liveCount: 0 });
});

test("a run that ends early hits nothing and hurts nothing", () => {
  const planned = new PlannedAllocator();
  for (const run of [RUN, RUN.slice(0, 3), RUN]) {
    planned.beginRun();
    const left = perform(planned, run);
    planned.endRun();
    for (const handle of left) expect(planned.free(handle)).toBe(true);
  }
  expect(planned.report()).toMatchObject({ runs: 3, hits: 1, divergences: 1, plans: 1 });
});

test("a block that outlives its run keeps its contents through the next ones, and has no place in the plan", () => {
  const planned = new PlannedAllocator();
  const run: Step[] = [1000, 2000, ...freed(0)];
  const kept: Handle[] = [];
  for (let i = 0; i < 5; i++) {
    planned.beginRun();
    kept.push(...perform(planned, run));
    planned.endRun();
  }
  expect(kept.length).toBe(5);
  for (const handle of kept) {
    expect(planned.lock(handle).every((byte) => byte === 1)).toBe(true);
    planned.unlock(handle);
    expect(planned.free(handle)).toBe(true);
    planned.check();
  }
  expect(planned.report()).toMatchObject({ hits: 4, divergences: 0, plannedBytes: 1024 });
});

test("while a block that should not have outlived its run is live, no plan is used; then it is again", () => {
  const planned = new PlannedAllocator();
  const once = (frees: boolean): Handle[] => {
    planned.beginRun();
    const left = perform(planned, frees ? [1000, 2000, ...freed(0, 1)] : [1000, 2000, ...freed(0)]);
    planned.endRun();
    return left;
  };
  once(true);
  const [straggler] = once(false);
  once(true);
  expect(planned.report()).toMatchObject({ hits: 0, divergences: 1 });
  expect(planned.lock(straggler!).every((byte) => byte === 1)).toBe(true);
  planned.unlock(straggler!);
  expect(planned.free(straggler!)).toBe(true);
  once(true);
  expect(planned.report().hits).toBe(1);
});

test("two kinds of run that begin alike are told apart by their key", () => {
  const planned = new PlannedAllocator();
  const [a, b]: [Step[], Step[]] = [
    [100, 200, ...freed(0, 1)],
    [100, 300, ...freed(0, 1)],
  ];
  for (let i = 0; i < 4; i++) {
    for (const [key, run] of [
      ["a", a],
      ["b", b],
    ] as const) {
      planned.beginRun(key);
      perform(planned, run);
      planned.endRun();
    }
  }
  expect(planned.report()).toMatchObject({ plans: 2, hits: 6, divergences: 1 });
});

test("plans are bounded in number and length", () => {
  const planned = new PlannedAllocator(new HeapAllocator(), { maxPlans: 2, maxEvents: 6 });
  for (const size of [100, 200, 300, 100, 100]) {
    planned.beginRun();
    perform(planned, [size, ...freed(0)]);
    planned.endRun();
  }
  expect(planned.report()).toMatchObject({ plans: 4, hits: 1 });
  const long: Step[] = Array.from({ length: 10 }, (_, i) => 500 + i);
  for (let i = 0; i < 2; i++) {
    planned.beginRun();
    for (const handle of perform(planned, long)) planned.free(handle);
    planned.endRun();
  }
  expect(planned.report().plans).toBe(4);
});

test("locked blocks are not freed, and the run goes on along its plan", () => {
  const planned = new PlannedAllocator();
  for (let i = 0; i < 3; i++) {
    planned.beginRun();
    const handle = planned.alloc(500);
    const view = planned.lock(handle);
    expect(planned.lock(handle)).toBe(view);
    expect(planned.free(handle)).toBe(false);
    expect(planned.stats().lockedCount).toBe(1);
    planned.unlock(handle);
    expect(planned.free(handle)).toBe(false);
    planned.unlock(handle);
    expect(planned.free(handle)).toBe(true);
    expect(planned.free(handle)).toBe(false);
    planned.check();
    planned.endRun();
  }
  expect(planned.report().hits).toBe(2);
});

test("the memory of the plans is given back by trim, and taken again when it is needed", () => {
  const below = new HeapAllocator();
  const planned = new PlannedAllocator(below);
  const once = (): void => {
    planned.beginRun();
    perform(planned, RUN);
    planned.endRun();
  };
  once();
  once();
  expect(below.stats()).toMatchObject({ liveCount: 1, liveBytes: 105_408, lockedCount: 1 });
  expect(planned.trim()).toBeGreaterThan(105_408);
  expect(below.stats()).toMatchObject({ liveCount: 0, reservedBytes: 0 });
  once();
  expect(planned.report().hits).toBe(2);
});

test("where the plan's memory cannot be had, the run is served without it", () => {
  const below = new HeapAllocator({ maxBytes: 200_000 });
  const planned = new PlannedAllocator(below);
  planned.beginRun();
  perform(planned, [50_000, ...freed(0), 60_000, ...freed(1)]);
  planned.endRun();
  const blocker = planned.alloc(150_000);
  planned.beginRun();
  perform(planned, [40_000, ...freed(0)]);
  planned.endRun();
  expect(() => planned.alloc(100_000)).toThrow(/HeapAllocator cannot allocate 100000/);
  expect(planned.free(blocker)).toBe(true);
  planned.check();
});

test("runs that are begun twice, or ended without a beginning, are refused with the cure", () => {
  const planned = new PlannedAllocator();
  expect(() => planned.endRun()).toThrow(/no run is under way. Begin one with beginRun/);
  planned.beginRun();
  expect(() => planned.beginRun()).toThrow(/End it with endRun first/);
  planned.endRun();
  expect(() => new PlannedAllocator(5 as never)).toThrow(/needs an allocator below it, not 5/);
  expect(() => new PlannedAllocator(new HeapAllocator(), { maxPlans: 0 })).toThrow(
    /maxPlans must be an integer from 1/,
  );
});

test("random runs with random divergences never let two blocks overlap", () => {
  let seed = 11;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let program = 0; program < 20; program++) {
    const planned = new PlannedAllocator(new HeapAllocator(), { maxPlans: 3 });
    const isExplicit = program % 2 === 0;
    const base = randomRun(random);
    let left: Handle[] = [];
    for (let run = 0; run < 12; run++) {
      const steps = random(3) === 0 ? mutate(base, random) : base;
      if (isExplicit) planned.beginRun();
      const live = perform(planned, steps);
      if (isExplicit) planned.endRun();
      for (const handle of left) planned.free(handle);
      left = live;
      planned.check();
    }
    for (const handle of left) planned.free(handle);
    expect(planned.stats()).toMatchObject({ liveCount: 0, liveBytes: 0 });
  }
});

/** Up to 20 blocks; most are freed. */
function randomRun(random: (below: number) => number): Step[] {
  const run: Step[] = [];
  const live: number[] = [];
  for (let i = 0; i < 20; i++) {
    live.push(i);
    run.push(random(4) === 0 ? random(100_000) : random(2000));
    while (random(2) === 0 && live.length > 0) run.push({ free: live.splice(random(live.length), 1)[0]! });
  }
  while (live.length > 1) run.push({ free: live.splice(random(live.length), 1)[0]! });
  if (random(3) > 0) run.push(...live.map((free) => ({ free })));
  return run;
}

/** Changes a size, or moves a free later, or cuts the run. */
function mutate(run: readonly Step[], random: (below: number) => number): Step[] {
  const changed = [...run];
  const at = random(run.length);
  const step = changed[at]!;
  if (typeof step === "number") changed[at] = step + 1 + random(5000);
  else changed.push(...changed.splice(at, 1));
  return random(4) === 0 ? changed.slice(0, random(changed.length) + 1) : changed;
}
