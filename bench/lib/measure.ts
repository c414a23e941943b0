/**
 * One measurement: one workload on one peer, in a process that does nothing else.
 *
 * Passes are run until the time is up, so that a cell takes about as long whatever the peer costs; a pass is never cut
 * short, since its parts may differ (a model's set-up and its runs). Before, the whole pattern is gone through a few
 * times: with every page touched, so that nobody is charged for memory that is new, and then as it is measured. A pass
 * that takes {@link LONG_PASS_MS} is the measurement, and a warm-up stops there too: that time is not spent waiting for
 * the compiler or for memory.
 */
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "../workloads/workload.ts";
import { GcCounter } from "./gc-counter.ts";
import { STRIDES } from "./modes.ts";
import type { Mode } from "./modes.ts";
import { Probe } from "./probe.ts";

/** Ten times what the longest replay takes in code that was not compiled yet, when nothing is allocated. */
export const LONG_PASS_MS: number = 500;

/** How often the warm-up goes through the whole pattern at least: memory that it reaches late was then touched before. */
const WARM_UP_CYCLES = 4;

export interface MeasureOptions {
  readonly mode: Mode;
  /** How long to measure, in ms. */
  readonly targetMs: number;
  /** How long to run before that, in ms. */
  readonly warmUpMs: number;
  /** Run the whole pattern once more afterwards, to see the highest footprint. */
  readonly footprint: boolean;
}

/** What one cell found. Times, collections and faults are of the measured passes only. */
export interface Measurement {
  readonly nsPerPair: number;
  readonly pairs: number;
  readonly ms: number;
  /** What 99 of 100 single calls stay within, in ns, the clock's own time included; `null` when too few were looked at. */
  readonly p99Ns: number | null;
  /** Garbage collections, young and full, that began while measuring; `null` where there is no collector. */
  readonly collections: number | null;
  /** Milliseconds that the collector stopped the program for, in these and in incremental steps. */
  readonly collectionMs: number | null;
  /** Page faults of the whole process: without reading from a disk, and with. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly peakBytes: number;
  /** `null` when it was not asked for, or when the peer owns no memory to speak of. */
  readonly footprintBytes: number | null;
}

export async function measure(workload: Workload, peer: Peer<unknown>, options: MeasureOptions): Promise<Measurement> {
  const stride = STRIDES[options.mode];
  workload.prepare(peer);
  warmUp(workload, peer, STRIDES.touch, 0);
  const counter = new GcCounter();
  globalThis.gc?.(); // what loading left behind is not the workload's garbage
  let timed = runPasses(workload, peer, stride, 0);
  const long = timed.end - timed.start >= LONG_PASS_MS;
  if (!long) {
    warmUp(workload, peer, stride, options.warmUpMs);
    timed = runPasses(workload, peer, stride, options.targetMs);
  }

  const { collections, collectionMs } = await counter.stop(timed.start, timed.end);
  const ms = timed.end - timed.start;
  const pairs = timed.passes * workload.pairsPerPass;
  const probe = new Probe(peer);
  if (options.footprint) runCycle(workload, probe, stride);
  else if (!long) runPasses(workload, probe, stride, options.targetMs / 4);
  return {
    nsPerPair: (ms * 1e6) / pairs,
    pairs,
    ms,
    p99Ns: probe.p99Ns(),
    collections,
    collectionMs,
    minorFaults: timed.minorFaults,
    majorFaults: timed.majorFaults,
    peakBytes: workload.peakBytes,
    footprintBytes: options.footprint ? probe.footprintBytes : null,
  };
}

interface Timed {
  readonly start: number;
  readonly end: number;
  readonly passes: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** Runs passes until `ms` have gone by, and one in any case. */
function runPasses(workload: Workload, peer: Peer<unknown>, stride: number, ms: number): Timed {
  const before = process.resourceUsage();
  const start = performance.now();
  let passes = 0;
  let end: number;
  do {
    workload.pass(peer, stride);
    passes++;
    end = performance.now();
  } while (end - start < ms);
  const after = process.resourceUsage();
  return {
    start,
    end,
    passes,
    minorFaults: after.minorPageFault - before.minorPageFault,
    majorFaults: after.majorPageFault - before.majorPageFault,
  };
}

/** Runs passes until `ms` have gone by and the pattern was run through a few times, or {@link LONG_PASS_MS} were enough. */
function warmUp(workload: Workload, peer: Peer<unknown>, stride: number, ms: number): void {
  const start = performance.now();
  for (let passes = 0; ; passes++) {
    const elapsed = performance.now() - start;
    if (elapsed >= LONG_PASS_MS || (elapsed >= ms && passes >= WARM_UP_CYCLES * workload.passesPerCycle)) return;
    workload.pass(peer, stride);
  }
}

/** Runs the pattern through once, from wherever the passes before it stopped. */
function runCycle(workload: Workload, peer: Peer<unknown>, stride: number): void {
  for (let i = 0; i < workload.passesPerCycle; i++) workload.pass(peer, stride);
}
