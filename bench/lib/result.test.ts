import { expect, test } from "vitest";
import type { Measurement } from "./measure.ts";
import { summarizeCells } from "./result.ts";
import type { CellOutcome } from "./run-rounds.ts";

function outcome(peer: string, ns: number[], footprintBytes: number | null, error: string | null = null): CellOutcome {
  const measurements = ns.map((nsPerPair, round): Measurement => ({
    nsPerPair,
    pairs: 100,
    ms: 200,
    collections: round,
    collectionMs: 20,
    peakBytes: 1_000,
    footprintBytes: round === 0 ? footprintBytes : null,
  }));
  return { group: "pairs", workload: "64 B", peer, footprint: true, measurements, error };
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

test("the footprint of the first round counts, and the collections of the middle one", () => {
  const [ours] = summarizeCells([outcome("ours", [10, 30, 20], 1_100)], "ours");
  expect(ours).toMatchObject({
    footprintRatio: 1.1,
    collectionsPerMillion: 10_000,
    collectionShare: 0.1,
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
