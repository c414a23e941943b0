/**
 * One measurement: one workload on one peer, in a process that does nothing else.
 *
 * Passes are run until the time is up, so that a cell takes about as long whatever the peer costs; a pass is never cut
 * short, since its parts may differ (a model's set-up and its runs). A first pass that takes {@link LONG_PASS_MS} is
 * the measurement: its time is not spent waiting for the compiler, and there is no need to wait for a second one.
 */
import { constants, PerformanceObserver } from "node:perf_hooks";
import type { PerformanceEntry } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "../workloads/workload.ts";

/** Ten times what the longest replay takes in code that was not compiled yet, when nothing is allocated. */
export const LONG_PASS_MS: number = 500;

export interface MeasureOptions {
  /** How long to measure, in ms. */
  readonly targetMs: number;
  /** How long to run before that, in ms. */
  readonly warmUpMs: number;
  /** Run the pattern once more afterwards, to see the highest footprint. */
  readonly footprint: boolean;
}

/** What one cell found. Times are of the measured passes only. */
export interface Measurement {
  readonly nsPerPair: number;
  readonly pairs: number;
  readonly ms: number;
  /** Garbage collections, young and full, that began while measuring. */
  readonly collections: number;
  /** Milliseconds that the collector stopped the program for, in these and in incremental steps. */
  readonly collectionMs: number;
  readonly peakBytes: number;
  /** `null` when it was not asked for, or when the peer owns no memory to speak of. */
  readonly footprintBytes: number | null;
}

export async function measure(workload: Workload, peer: Peer<unknown>, options: MeasureOptions): Promise<Measurement> {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => {
    entries.push(...list.getEntries());
  });
  observer.observe({ entryTypes: ["gc"] });

  workload.prepare(peer);
  globalThis.gc?.(); // what loading left behind is not the workload's garbage
  let timed = runPasses(workload, peer, 0);
  if (timed.end - timed.start < LONG_PASS_MS) {
    runPasses(workload, peer, options.warmUpMs);
    timed = runPasses(workload, peer, options.targetMs);
  }

  await sleep(10); // entries are delivered in a later turn of the event loop
  entries.push(...observer.takeRecords());
  observer.disconnect();
  const collected = entries.filter(({ startTime }) => startTime >= timed.start && startTime < timed.end);
  const ms = timed.end - timed.start;
  const pairs = timed.passes * workload.pairsPerPass;
  return {
    nsPerPair: (ms * 1e6) / pairs,
    pairs,
    ms,
    collections: collected.filter(isCollection).length,
    collectionMs: collected.reduce((sum, { duration }) => sum + duration, 0),
    peakBytes: workload.peakBytes,
    footprintBytes: options.footprint ? measureFootprint(workload, peer) : null,
  };
}

/** Tells a collection from an incremental step and from the calling of weak callbacks. */
function isCollection(entry: PerformanceEntry): boolean {
  const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
  return kind === constants.NODE_PERFORMANCE_GC_MINOR || kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

/** Runs passes until `ms` have gone by, and one in any case. */
function runPasses(
  workload: Workload,
  peer: Peer<unknown>,
  ms: number,
): { start: number; end: number; passes: number } {
  const start = performance.now();
  let passes = 0;
  let end: number;
  do {
    workload.pass(peer);
    passes++;
    end = performance.now();
  } while (end - start < ms);
  return { start, end, passes };
}

/** Runs the pattern once, untimed, and returns the highest footprint; `null` when the peer has none. */
function measureFootprint(workload: Workload, peer: Peer<unknown>): number | null {
  let highest = 0;
  const sampling: Peer<unknown> = {
    none: peer.none,
    alloc(size) {
      const block = peer.alloc(size);
      highest = Math.max(highest, peer.topBytes?.() ?? 0);
      return block;
    },
    free(block) {
      peer.free(block);
    },
  };
  if (peer.topBytes === undefined && peer.highWaterBytes === undefined) return null;
  for (let i = 0; i < workload.passesPerCycle; i++) workload.pass(sampling);
  return Math.max(highest, peer.highWaterBytes?.() ?? 0);
}
