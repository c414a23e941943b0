import { describe } from "../errors.ts";
import type { TraceEvent } from "./event.ts";
import type { TraceGrouping } from "./group-blocks.ts";
import { groupOf } from "./group-blocks.ts";
import type { TraceBlock } from "./live-blocks.ts";
import { LiveBlocks } from "./live-blocks.ts";
import { findPeak } from "./peak.ts";
import { TraceError } from "./trace-error.ts";
import type { TraceEvents } from "./trace-events.ts";
import { eventsOf } from "./trace-events.ts";

/**
 * A moment of a trace: after so many events; after every event with a `t` up to a time; when most bytes are alive; or the
 * end, where what is alive has leaked.
 */
export type TraceMoment = { readonly events: number } | { readonly time: number } | "peak" | "end";

/** Bytes and count of the blocks of one group. */
export interface SnapshotGroup {
  /** A label or a phase; empty for blocks without. */
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
}

/** What is alive at one moment of a trace. */
export interface TraceSnapshot {
  /** Events before the moment. */
  readonly events: number;
  /** `t` of the last of them; undefined when there is none. */
  readonly t: number | undefined;
  readonly phase: string | undefined;
  readonly liveBytes: number;
  readonly liveCount: number;
  readonly lockedCount: number;
  /** In the order they were allocated in. */
  readonly blocks: readonly TraceBlock[];
  /** Most bytes first. */
  readonly byLabel: readonly SnapshotGroup[];
  /** By the phase that a block was allocated in, most bytes first. */
  readonly byPhase: readonly SnapshotGroup[];
}

/**
 * What is alive at a moment of a trace.
 *
 * @throws {TraceError} when `at` is no moment, or the trace is none
 * @example
 * const trace = await loadTrace("run.jsonl");
 * snapshot(trace, "peak").byLabel; // who holds the memory when it is most
 * snapshot(trace).blocks; // what was never freed
 */
export function snapshot(trace: TraceEvents, at: TraceMoment = "end"): TraceSnapshot {
  const events = eventsOf(trace);
  const count = eventsUntil(events, at);
  const live = new LiveBlocks();
  for (let index = 0; index < count; index++) live.apply(events[index]!, index);
  const blocks = [...live.blocks.values()];
  return {
    events: count,
    t: events[count - 1]?.t,
    phase: live.phase,
    liveBytes: live.bytes,
    liveCount: blocks.length,
    lockedCount: blocks.filter(({ locks }) => locks > 0).length,
    blocks,
    byLabel: groups(blocks, "label"),
    byPhase: groups(blocks, "phase"),
  };
}

function eventsUntil(events: readonly TraceEvent[], at: TraceMoment): number {
  if (at === "end") return events.length;
  if (at === "peak") return findPeak(events).events;
  if (at !== null && typeof at === "object") {
    if ("events" in at && Number.isSafeInteger(at.events) && at.events >= 0) return Math.min(at.events, events.length);
    if ("time" in at && typeof at.time === "number" && !Number.isNaN(at.time)) {
      const next = events.findIndex(({ t }) => t > at.time);
      return next < 0 ? events.length : next;
    }
  }
  throw new TraceError(
    `A moment of a trace is { events } or { time }, "peak" or "end", with numbers ≥ 0, not ${describe(at)}.`,
  );
}

function groups(blocks: readonly TraceBlock[], by: TraceGrouping): SnapshotGroup[] {
  const found = new Map<string, { name: string; bytes: number; count: number }>();
  for (const block of blocks) {
    const name = groupOf(block, by);
    const group = found.get(name);
    if (group === undefined) found.set(name, { name, bytes: block.size, count: 1 });
    else {
      group.bytes += block.size;
      group.count++;
    }
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}
