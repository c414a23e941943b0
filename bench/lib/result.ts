import type { CellOutcome } from "./run-rounds.ts";
import { median, summarize } from "./statistics.ts";
import type { Summary } from "./statistics.ts";

/** One cell over all its rounds: a row of the tables and an element of the JSON. */
export interface CellResult {
  readonly group: string;
  readonly workload: string;
  readonly peer: string;
  /** Nanoseconds per alloc and free; `null` when the cell failed. */
  readonly ns: Summary | null;
  /** This median ÷ the reference's; `null` when either is missing. */
  readonly ratio: number | null;
  /** Highest footprint ÷ peak of the bytes asked for; `null` where it means nothing. */
  readonly footprintRatio: number | null;
  /** Garbage collections per million pairs, and the share of the time that they took; medians over rounds. */
  readonly collectionsPerMillion: number | null;
  readonly collectionShare: number | null;
  readonly error: string | null;
  readonly rounds: CellOutcome["measurements"];
}

/** Sums up each cell and compares it with the reference peer's on the same workload. */
export function summarizeCells(outcomes: readonly CellOutcome[], reference: string): CellResult[] {
  const medians = new Map<string, number>();
  for (const { workload, peer, measurements, error } of outcomes) {
    if (peer !== reference || error !== null || measurements.length === 0) continue;
    medians.set(workload, median(measurements.map(({ nsPerPair }) => nsPerPair)));
  }
  return outcomes.map((outcome) => summarizeCell(outcome, medians.get(outcome.workload)));
}

function summarizeCell(outcome: CellOutcome, referenceNs: number | undefined): CellResult {
  const { group, workload, peer, measurements: rounds, error } = outcome;
  const failed = error !== null || rounds.length === 0;
  const ns = failed ? null : summarize(rounds.map(({ nsPerPair }) => nsPerPair));
  const footprint = rounds.find(({ footprintBytes }) => footprintBytes !== null);
  return {
    group,
    workload,
    peer,
    ns,
    ratio: ns === null || referenceNs === undefined ? null : ns.median / referenceNs,
    footprintRatio: failed || footprint === undefined ? null : footprint.footprintBytes! / footprint.peakBytes,
    collectionsPerMillion: failed ? null : median(rounds.map(({ collections, pairs }) => (collections * 1e6) / pairs)),
    collectionShare: failed ? null : median(rounds.map(({ collectionMs, ms }) => collectionMs / ms)),
    error,
    rounds,
  };
}
