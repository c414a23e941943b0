import { setImmediate } from "node:timers/promises";
import { replay } from "../../trace/replay.ts";
import type { ReplayResult } from "../../trace/replay.ts";
import { replayProgram } from "../../trace/replay-program.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { ReplayTarget } from "./replay-target.ts";
import { makeReplayTarget } from "./replay-target.ts";
import { ReplayTimer } from "./replay-timer.ts";

/** Runs that are counted, where there is something to count over several: the footprint does not grow after. */
const COUNTED_RUNS = 3;

/** How targets are compared. */
export interface CompareOptions {
  /** Bytes that each may take. */
  readonly limit: number | undefined;
  /** Whether blocks are filled and looked at again. */
  readonly verify: boolean;
  /** Samples of the time of each. */
  readonly runs: number;
  /** Called now and then. @param done 0 to 1 */
  readonly onProgress: (done: number, text: string) => void;
}

/** What a trace came to on one target. Sizes in bytes. */
export interface TargetResult {
  readonly allocator: string;
  /** Null where nobody counts it. */
  readonly footprintBytes: number | null;
  /** Over the peak, of which refused blocks are no part; null where there is no footprint, or no peak. */
  readonly footprintOverPeak: number | null;
  /** Of an allocation with its free: the median of the samples, and their span; null when nothing is allocated. */
  readonly nsPerPair: number | null;
  readonly fastestNs: number | null;
  readonly slowestNs: number | null;
  readonly samples: number;
  /** In one run, once it is planned where it is planned. */
  readonly refusals: number;
  readonly largestRefusedBytes: number;
  /** Whether the runs that were timed came from a plan; null where nobody plans. */
  readonly isPlanned: boolean | null;
  /** Blocks that did not have their contents any more, in all counted runs; null when not verified. */
  readonly damagedBlocks: number | null;
}

/** Replays a trace on each target: first to count, then to take the time, by turns. */
export async function compareTargets(
  events: readonly TraceEvent[],
  names: readonly string[],
  options: CompareOptions,
): Promise<TargetResult[]> {
  const { limit, runs, onProgress } = options;
  const program = replayProgram(events, false);
  const steps = names.length * (COUNTED_RUNS + 1 + runs);
  let done = 0;
  const step = async (text: string): Promise<void> => {
    onProgress(done++ / steps, text);
    // Lets a signal through, and the bar be drawn.
    await setImmediate();
  };

  const counted: Counted[] = [];
  for (const name of names) {
    const target = makeReplayTarget(name, limit);
    counted.push({ target, ...(await count(target, events, options.verify, () => step(`${name}: counting`))) });
  }
  const timers = counted.map(({ target }) => new ReplayTimer(target, program));
  for (const [index, timer] of timers.entries()) {
    await step(`${names[index]}: warming up`);
    if (program.calls.length > 0) timer.warmUp();
  }
  for (let run = 0; run < runs; run++) {
    for (const [index, timer] of timers.entries()) {
      await step(`${names[index]}: run ${run + 1} of ${runs}`);
      if (program.calls.length > 0 && timer.samples.length < runs && !timer.isOverBudget) timer.sample();
    }
  }
  return counted.map((each, index) => resultOf(each, timers[index]!.samples));
}

interface Counted {
  readonly target: ReplayTarget;
  readonly footprintBytes: number | null;
  readonly last: ReplayResult;
  readonly damaged: number | null;
}

async function count(
  target: ReplayTarget,
  events: readonly TraceEvent[],
  verify: boolean,
  step: () => Promise<void>,
): Promise<Omit<Counted, "target">> {
  let damaged = 0;
  let last: ReplayResult | undefined;
  const runs = verify || target.footprintBytes() !== null ? COUNTED_RUNS : 1;
  for (let run = 0; run < runs; run++) {
    await step();
    target.beginRun();
    last = replay(events, target.allocator, { verify });
    target.endRun();
    if (run === 0) target.endFirstRun();
    damaged += last.damagedCount;
  }
  return { footprintBytes: target.footprintBytes(), last: last!, damaged: verify ? damaged : null };
}

function resultOf({ target, footprintBytes, last, damaged }: Counted, samples: readonly number[]): TargetResult {
  const { peakBytes } = last;
  const plannedRuns = target.plannedRuns();
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    allocator: target.name,
    footprintBytes,
    footprintOverPeak: footprintBytes === null || peakBytes === 0 ? null : footprintBytes / peakBytes,
    nsPerPair: median(sorted),
    fastestNs: sorted[0] ?? null,
    slowestNs: sorted.at(-1) ?? null,
    samples: samples.length,
    refusals: last.refusals,
    largestRefusedBytes: last.largestRefusedBytes,
    isPlanned: plannedRuns === null ? null : plannedRuns > 0,
    damagedBlocks: damaged,
  };
}

function median(sorted: readonly number[]): number | null {
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return sorted.length === 0 ? null : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
