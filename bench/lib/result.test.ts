import { expect, test } from "vitest";
import type { Measurement } from "./measure.ts";
import type { Mode } from "./modes.ts";
import { summarizeCells } from "./result.ts";
import type { CellOutcome } from "./run-rounds.ts";

function outcome(
  peer: string,
  ns: number[],
  footprintBytes: number | null,
  error: string | null = null,
  mode: Mode = "raw",
): CellOutcome {
  const measurements = ns.map((nsPerPair, round): Measurement => ({
    nsPerPair,
    pairs: 100,
    ms: 200,
    p99Ns: round === 1 ? null : 100 * (round + 1),
    collections: round,
    collectionMs: 20,
    minorFaults: 10 * round,
    majorFaults: 0,
    peakBytes: 1_000,
    footprintBytes: round === 0 ? footprintBytes : null,
  }));
  return { group: "pairs", workload: "64 B", mode, peer, footprint: true, measurements, error };
}

test("a cell has its median, its range, and its ratio to the reference", () => {
  const [, other] = summarizeCells(
    [outcome("ours", [10, 30, 20], 1_100), outcome("other", [60, 50, 400], null)],
    "ours",
  );
  expect(other).toMatchObject({
    ns: { median: 60, min: 50, max: 400 },
    ratio: 3,
    footprintRatio: null,
  });
});

test("the footprint of the first round counts, and of collections, faults and the 99th percentile the median", () => {
  const [ours] = summarizeCells([outcome("ours", [10, 30, 20], 1_100)], "ours");
  expect(ours).toMatchObject({
    footprintRatio: 1.1,
    collectionsPerMillion: 10_000,
    collectionShare: 0.1,
    minorFaultsPerMillion: 100_000,
    p99Ns: 200,
    ratio: 1,
    error: null,
  });
});

test("a failed cell keeps its error and shows no numbers, even when earlier rounds had some", () => {
  const [ours, other] = summarizeCells([outcome("ours", [10], 1_100, "boom"), outcome("other", [20], null)], "ours");
  expect(ours).toMatchObject({
    ns: null,
    ratio: null,
    footprintRatio: null,
    collectionsPerMillion: null,
    error: "boom",
  });
  expect(other).toMatchObject({ ns: { median: 20 }, ratio: null });
});

test("cells of other modes are compared with the reference in their own mode", () => {
  const cells = [outcome("ours", [10], null), outcome("other", [30], null)];
  const touched = [outcome("ours", [100], null, null, "touch"), outcome("other", [50], null, null, "touch")];
  const ratios = summarizeCells([...cells, ...touched], "ours").map(({ ratio }) => ratio);
  expect(ratios).toEqual([1, 3, 1, 0.5]);
});
