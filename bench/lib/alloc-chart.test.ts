import { expect, test } from "vitest";
import { allocChart } from "./alloc-chart.ts";
import type { CellResult } from "./result.ts";

const cell: CellResult = {
  group: "pairs",
  workload: "64 B",
  mode: "raw",
  peer: "ours",
  ns: { median: 26, min: 20, max: 30 },
  ratio: 1,
  p99Ns: null,
  footprintRatio: null,
  collectionsPerMillion: null,
  collectionShare: null,
  minorFaultsPerMillion: null,
  majorFaultsPerMillion: null,
  error: null,
  rounds: [],
};

test("each workload is a panel by its title, each peer a bar with its median, a failed one an empty row", () => {
  const results = [
    cell,
    { ...cell, peer: "slow", ns: { median: 2_000_000, min: 1, max: 3_000_000 } },
    { ...cell, peer: "broken", ns: null, error: "boom" },
    { ...cell, workload: "4 KiB" },
  ];
  const svg = allocChart(results, "ours", (workload) => `a pair of ${workload}`);
  expect(svg).toContain(">a pair of 64 B<");
  expect(svg).toContain(">a pair of 4 KiB<");
  expect(svg).toContain(">2 ms<");
  expect(svg).toContain(">broken<");
  expect(svg.match(/<rect class="bar/g)).toHaveLength(3);
});
