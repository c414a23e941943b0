import type { IAllocator } from "../../allocator.ts";
import { GuardAdaptor } from "../../adaptors/guard.ts";
import { LimitAdaptor } from "../../adaptors/limit.ts";
import { StatisticsAdaptor } from "../../adaptors/statistics.ts";
import { TrackingAdaptor } from "../../adaptors/tracking.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { PlannedAllocator } from "../../allocators/planned.ts";
import { SystemAllocator } from "../../allocators/system.ts";

/** What a trace is replayed on. */
export interface ReplayTarget {
  readonly name: string;
  readonly allocator: IAllocator;
  /** What it took from the runtime and ever handed out, in bytes; null where nobody counts it. */
  footprintBytes(): number | null;
  /** Before and after each run; for those who plan. */
  beginRun(): void;
  endRun(): void;
  /** Once, after the first run: gives back what only the recording of it took. */
  endFirstRun(): void;
  /** Runs so far that a plan served from end to end; null where nobody plans. */
  plannedRuns(): number | null;
}

type MakeTarget = (limit: number | undefined) => Omit<ReplayTarget, "name">;

const WITHOUT_PLAN: Pick<ReplayTarget, "beginRun" | "endRun" | "endFirstRun" | "plannedRuns"> = {
  beginRun: nothing,
  endRun: nothing,
  endFirstRun: nothing,
  plannedRuns: () => null,
};

const TARGETS: Readonly<Record<string, MakeTarget>> = {
  heap: (limit) => onHeap(limit, (heap) => heap),
  planned(limit) {
    const planned = new PlannedAllocator(heapOf(limit));
    return {
      allocator: planned,
      footprintBytes: () => planned.stats().footprintBytes,
      beginRun: () => planned.beginRun(),
      endRun: () => planned.endRun(),
      endFirstRun: () => planned.trim(),
      plannedRuns: () => planned.report().hits,
    };
  },
  system(limit) {
    const system = new SystemAllocator();
    const allocator = limit === undefined ? system : new LimitAdaptor(system, { maxBytes: limit });
    return { ...WITHOUT_PLAN, allocator, footprintBytes: () => null };
  },
  statistics: (limit) => onHeap(limit, (heap) => new StatisticsAdaptor(heap)),
  tracking: (limit) => onHeap(limit, (heap) => new TrackingAdaptor(heap, { sample: 1000 })),
  guard: (limit) => onHeap(limit, (heap) => new GuardAdaptor(heap)),
};

/** The names of all targets. */
export const REPLAY_TARGETS: readonly string[] = Object.keys(TARGETS);

/** A fresh target. @param limit bytes that it may take at most */
export function makeReplayTarget(name: string, limit: number | undefined): ReplayTarget {
  return { name, ...TARGETS[name]!(limit) };
}

function onHeap(limit: number | undefined, wrap: (heap: HeapAllocator) => IAllocator): Omit<ReplayTarget, "name"> {
  const heap = heapOf(limit);
  return { ...WITHOUT_PLAN, allocator: wrap(heap), footprintBytes: () => heap.stats().footprintBytes };
}

function heapOf(limit: number | undefined): HeapAllocator {
  return new HeapAllocator(limit === undefined ? {} : { maxBytes: limit });
}

function nothing(): void {}
