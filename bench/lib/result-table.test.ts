import { expect, test } from "vitest";
import { resultTable } from "./result-table.ts";
import type { CellResult } from "./result.ts";

const base: CellResult = {
  group: "pairs",
  workload: "64 B",
  mode: "raw",
  peer: "ours",
  ns: { median: 26.4, min: 8, max: 1_234 },
  ratio: 1,
  p99Ns: 130.4,
  footprintRatio: 1.0954,
  collectionsPerMillion: 0,
  collectionShare: 0,
  minorFaultsPerMillion: 2_500,
  majorFaultsPerMillion: 0,
  error: null,
  rounds: [],
};

/** The cells of the table's line that names this allocator. */
function row(results: CellResult[], peer: string): string[] {
  const line = resultTable(results, { floor: "floor" })
    .split("\n")
    .find((text) => text.includes(peer));
  return line!.split("│").map((cell) => cell.trim());
}

test("a row has every number, formatted", () => {
  expect(row([base], "ours")).toEqual([
    "",
    "64 B",
    "ours",
    "26",
    "8.0–1,234",
    "1.00×",
    "130",
    "1.095",
    "0",
    "2,500",
    "",
  ]);
});

test("a workload is named on its first row only", () => {
  const other = { ...base, peer: "other", ratio: 12.3, footprintRatio: null, collectionsPerMillion: null };
  expect(row([base, other], "other").slice(1, 9)).toEqual(["", "other", "26", "8.0–1,234", "12.3×", "130", "–", "–"]);
});

test("a failed cell says so in place of numbers", () => {
  const failed = {
    ...base,
    ns: null,
    ratio: null,
    footprintRatio: null,
    collectionsPerMillion: null,
    error: "boom",
  };
  expect(row([failed], "ours")).toEqual(["", "64 B", "ours", "failed", "", "", "", "", "", "", ""]);
});

test("the loop alone is compared with nothing", () => {
  expect(row([{ ...base, peer: "floor", ratio: 0.1, footprintRatio: null }], "floor")[5]).toBe("–");
});
