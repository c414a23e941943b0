import type { TraceGroup, TraceSums, TraceSummary } from "./summary.ts";
import { summarise } from "./summary.ts";
import type { TraceEvents } from "./trace-events.ts";

/** One number of two traces. */
export interface TraceChange {
  readonly before: number;
  readonly after: number;
  /** `after` less `before`. */
  readonly change: number;
}

/** The {@link TraceSums} of two traces. */
export type TraceChanges = { readonly [Sum in keyof TraceSums]: TraceChange };

/** A label, phase, call site or size whose sums differ between two traces. */
export interface TraceGroupChange extends TraceChanges {
  readonly name: string;
}

/** How one trace differs from another. Groups that are the same in both are left out. */
export interface TraceDiff extends TraceChanges {
  readonly durationMs: TraceChange;
  /** Each: those whose part of the peak changed most come first, then those whose total did. */
  readonly byLabel: readonly TraceGroupChange[];
  readonly byPhase: readonly TraceGroupChange[];
  readonly bySite: readonly TraceGroupChange[];
  readonly bySize: readonly TraceGroupChange[];
}

const SUMS = ["totalBytes", "totalCount", "peakBytes", "peakCount", "endBytes", "endCount"] as const;
const NONE: TraceSums = { totalBytes: 0, totalCount: 0, peakBytes: 0, peakCount: 0, endBytes: 0, endCount: 0 };

/**
 * What changed between two recordings, such as of two versions of a program: peak, totals, and what is left at the end, in
 * all and by label, phase, call site and size.
 *
 * @throws {TraceError} when one of them is no trace
 * @example
 * const { peakBytes, byLabel } = diff(await loadTrace("old.jsonl"), await loadTrace("new.jsonl"));
 * if (peakBytes.change > 0) console.log(byLabel[0].name, byLabel[0].peakBytes.change);
 */
export function diff(before: TraceEvents, after: TraceEvents): TraceDiff {
  const [a, b] = [summarise(before), summarise(after)];
  return {
    ...changes(a, b),
    durationMs: changeOf(a.durationMs, b.durationMs),
    byLabel: groupChanges(a, b, "byLabel"),
    byPhase: groupChanges(a, b, "byPhase"),
    bySite: groupChanges(a, b, "bySite"),
    bySize: groupChanges(a, b, "bySize"),
  };
}

function groupChanges(
  before: TraceSummary,
  after: TraceSummary,
  by: "byLabel" | "byPhase" | "bySite" | "bySize",
): TraceGroupChange[] {
  const old = new Map(before[by].map((group) => [group.name, group]));
  const now = new Map(after[by].map((group) => [group.name, group]));
  const all: (readonly [string, TraceSums, TraceSums])[] = [
    ...before[by].map((group): [string, TraceSums, TraceSums] => [group.name, group, now.get(group.name) ?? NONE]),
    ...after[by]
      .filter(({ name }) => !old.has(name))
      .map((group: TraceGroup): [string, TraceSums, TraceSums] => [group.name, NONE, group]),
  ];
  return all
    .map(([name, a, b]) => Object.assign({ name }, changes(a, b)))
    .filter((group) => SUMS.some((sum) => group[sum].change !== 0))
    .sort(
      (a, b) =>
        Math.abs(b.peakBytes.change) - Math.abs(a.peakBytes.change) ||
        Math.abs(b.totalBytes.change) - Math.abs(a.totalBytes.change),
    );
}

function changes(before: TraceSums, after: TraceSums): TraceChanges {
  const pairs = SUMS.map((sum) => [sum, changeOf(before[sum], after[sum])] as const);
  return Object.fromEntries(pairs) as unknown as TraceChanges;
}

function changeOf(before: number, after: number): TraceChange {
  return { before, after, change: after - before };
}
