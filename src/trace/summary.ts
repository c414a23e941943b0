import type { EventCounts } from "./event-counts.ts";
import { EventCounter } from "./event-counts.ts";
import type { TraceGrouping } from "./group-blocks.ts";
import { groupOf } from "./group-blocks.ts";
import type { TraceBlock } from "./live-blocks.ts";
import { LiveBlocks } from "./live-blocks.ts";
import { findPeak } from "./peak.ts";
import type { TraceEvents } from "./trace-events.ts";
import { eventsOf } from "./trace-events.ts";

/** Bytes and blocks, over a whole trace and at two moments of it. */
export interface TraceSums {
  /** Everything that was allocated, freed or not. */
  readonly totalBytes: number;
  readonly totalCount: number;
  /** What is alive at the moment at which the whole trace has most bytes. */
  readonly peakBytes: number;
  readonly peakCount: number;
  /** What is alive at the end: leaks, if the trace is of a whole program. */
  readonly endBytes: number;
  readonly endCount: number;
}

/** The sums of one label, phase, call site or size. */
export interface TraceGroup extends TraceSums {
  /** Empty for blocks without a label, phase or site. A size is in bytes. */
  readonly name: string;
}

/** A trace in numbers. */
export interface TraceSummary extends EventCounts, TraceSums {
  /** From the first event to the last, in milliseconds. */
  readonly durationMs: number;
  /** Events up to and with the one that reached the peak. */
  readonly peakEvents: number;
  /** Groups, most bytes allocated first. A block's phase is the one it was allocated in. */
  readonly byLabel: readonly TraceGroup[];
  readonly byPhase: readonly TraceGroup[];
  readonly bySite: readonly TraceGroup[];
  readonly bySize: readonly TraceGroup[];
}

/** Counts a trace. @throws {TraceError} when it is none */
export function summarise(trace: TraceEvents): TraceSummary {
  const events = eventsOf(trace);
  const peakEvents = findPeak(events).events;
  const sums = new MutableSums();
  const groupings = new Map<TraceGrouping, Map<string, MutableSums>>(
    (["label", "phase", "site", "size"] as const).map((by) => [by, new Map()]),
  );
  const counter = new EventCounter();
  const live = new LiveBlocks();

  function add(block: TraceBlock, into: (sums: MutableSums, size: number) => void): void {
    into(sums, block.size);
    for (const [by, groups] of groupings) {
      const name = groupOf(block, by);
      let group = groups.get(name);
      if (group === undefined) {
        group = new MutableSums();
        groups.set(name, group);
      }
      into(group, block.size);
    }
  }

  for (let index = 0; index < events.length; index++) {
    const event = events[index]!;
    counter.add(event.op);
    const block = live.apply(event, index);
    if (event.op === "a") add(block!, MutableSums.addTotal);
    if (index + 1 === peakEvents) for (const at of live.blocks.values()) add(at, MutableSums.addPeak);
  }
  for (const block of live.blocks.values()) add(block, MutableSums.addEnd);

  const ranked = (by: TraceGrouping): TraceGroup[] =>
    [...groupings.get(by)!]
      .map(([name, group]) => Object.assign({ name }, group))
      .sort((a, b) => b.totalBytes - a.totalBytes || b.totalCount - a.totalCount);
  return {
    ...counter.read(),
    durationMs: events.length === 0 ? 0 : events.at(-1)!.t - events[0]!.t,
    peakEvents,
    totalBytes: sums.totalBytes,
    totalCount: sums.totalCount,
    peakBytes: sums.peakBytes,
    peakCount: sums.peakCount,
    endBytes: sums.endBytes,
    endCount: sums.endCount,
    byLabel: ranked("label"),
    byPhase: ranked("phase"),
    bySite: ranked("site"),
    bySize: ranked("size"),
  };
}

class MutableSums implements TraceSums {
  totalBytes = 0;
  totalCount = 0;
  peakBytes = 0;
  peakCount = 0;
  endBytes = 0;
  endCount = 0;

  static addTotal(this: void, sums: MutableSums, size: number): void {
    sums.totalBytes += size;
    sums.totalCount++;
  }

  static addPeak(this: void, sums: MutableSums, size: number): void {
    sums.peakBytes += size;
    sums.peakCount++;
  }

  static addEnd(this: void, sums: MutableSums, size: number): void {
    sums.endBytes += size;
    sums.endCount++;
  }
}
