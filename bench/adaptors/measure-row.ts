/**
 * What an adaptor adds is a few ns, less than what a busy machine does to a mean. So each pass is timed alone, and the
 * middle of them counts: a pass takes a fraction of a time slice, and most are not interrupted.
 */
import { GcCounter } from "../lib/gc-counter.ts";
import { median, percentile } from "../lib/statistics.ts";
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "../workloads/workload.ts";

export interface RowMeasurement {
  /** Per alloc and its free: of the median pass, and of the one that 99 of 100 stay within. */
  readonly ns: number;
  readonly p99PassNs: number;
  readonly pairs: number;
  readonly collections: number | null;
}

/** @param targetMs how long to measure, after as long a warm-up */
export async function measureRow(workload: Workload, peer: Peer<unknown>, targetMs: number): Promise<RowMeasurement> {
  workload.prepare(peer);
  runFor(workload, peer, targetMs);
  const counter = new GcCounter();
  globalThis.gc?.();
  runFor(workload, peer, targetMs / 4);
  const start = performance.now();
  const passes = runFor(workload, peer, targetMs);
  const { collections } = await counter.stop(start, performance.now());
  const toNs = 1e6 / workload.pairsPerPass;
  return {
    ns: median(passes) * toNs,
    p99PassNs: percentile(passes, 0.99) * toNs,
    pairs: passes.length * workload.pairsPerPass,
    collections,
  };
}

/** Runs passes until `ms` have gone by, and whole cycles. @returns the milliseconds of each */
function runFor(workload: Workload, peer: Peer<unknown>, ms: number): number[] {
  const passes: number[] = [];
  const begin = performance.now();
  let end = begin;
  while (end - begin < ms || passes.length % workload.passesPerCycle !== 0) {
    const start = performance.now();
    workload.pass(peer, 0);
    end = performance.now();
    passes.push(end - start);
  }
  return passes;
}
