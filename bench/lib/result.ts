import type { Measurement } from "./measure.ts";
import type { Mode } from "./modes.ts";
import type { CellOutcome } from "./run-rounds.ts";
import { median, summarize } from "./statistics.ts";
import type { Summary } from "./statistics.ts";

/** One cell over all its rounds: a row of the tables and an element of the JSON. */
export interface CellResult {
  readonly group: string;
  readonly workload: string;
  readonly mode: Mode;
  readonly peer: string;
  /** Nanoseconds per alloc and free; `null` when the cell failed. */
  readonly ns: Summary | null;
  /** This median ÷ the reference's; `null` when either is missing. */
  readonly ratio: number | null;
  /** What 99 of 100 single calls stay within, in ns; the median over rounds. */
  readonly p99Ns: number | null;
  /** Highest footprint ÷ peak of the bytes asked for; `null` where it means nothing. */
  readonly footprintRatio: number | null;
  /** Garbage collections per million pairs, and the share of the time that they took; medians over rounds. */
  readonly collectionsPerMillion: number | null;
  readonly collectionShare: number | null;
  /** Page faults per million pairs, medians over rounds. */
  readonly minorFaultsPerMillion: number | null;
  readonly majorFaultsPerMillion: number | null;
  readonly error: string | null;
  readonly rounds: CellOutcome["measurements"];
}

/** Sums up each cell and compares it with the reference peer's on the same workload in the same mode. */
export function summarizeCells(outcomes: readonly CellOutcome[], reference: string): CellResult[] {
  const medians = new Map<string, number>();
  for (const outcome of outcomes) {
    const { peer, measurements, error } = outcome;
    if (peer !== reference || error !== null || measurements.length === 0) continue;
    medians.set(keyOf(outcome), median(measurements.map(({ nsPerPair }) => nsPerPair)));
  }
  return outcomes.map((outcome) => summarizeCell(outcome, medians.get(keyOf(outcome))));
}

function keyOf({ workload, mode }: CellOutcome): string {
  return `${workload}: ${mode}`;
}

function summarizeCell(outcome: CellOutcome, referenceNs: number | undefined): CellResult {
  const { group, workload, mode, peer, measurements, error } = outcome;
  const rounds = error === null ? measurements : [];
  const ns = rounds.length === 0 ? null : summarize(rounds.map(({ nsPerPair }) => nsPerPair));
  const footprint = rounds.find(({ footprintBytes }) => footprintBytes !== null);
  return {
    group,
    workload,
    mode,
    peer,
    ns,
    ratio: ns === null || referenceNs === undefined ? null : ns.median / referenceNs,
    p99Ns: medianOf(rounds, ({ p99Ns }) => p99Ns),
    footprintRatio: footprint === undefined ? null : footprint.footprintBytes! / footprint.peakBytes,
    collectionsPerMillion: medianOf(rounds, ({ collections, pairs }) => perMillion(collections, pairs)),
    collectionShare: medianOf(rounds, ({ collectionMs, ms }) => (collectionMs === null ? null : collectionMs / ms)),
    minorFaultsPerMillion: medianOf(rounds, ({ minorFaults, pairs }) => perMillion(minorFaults, pairs)),
    majorFaultsPerMillion: medianOf(rounds, ({ majorFaults, pairs }) => perMillion(majorFaults, pairs)),
    error,
    rounds: measurements,
  };
}

function perMillion(count: number | null, pairs: number): number | null {
  return count === null ? null : (count * 1e6) / pairs;
}

/** The median over the rounds that have the number; `null` when none has it. */
function medianOf(rounds: readonly Measurement[], numberOf: (round: Measurement) => number | null): number | null {
  const numbers = rounds.map(numberOf).filter((number) => number !== null);
  return numbers.length === 0 ? null : median(numbers);
}
