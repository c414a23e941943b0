import Table from "cli-table3";
import { formatCount, formatFactor, formatNs, formatRange } from "./format.ts";
import type { CellResult } from "./result.ts";

const HEAD: readonly string[] = [
  "workload",
  "allocator",
  "ns",
  "min–max",
  "÷ tensorheap",
  "p99 call",
  "footprint ÷ peak",
  "GCs / M",
  "faults / M",
];

/** The rows of one group as a table, one block of rows per workload. */
export function resultTable(results: readonly CellResult[], options: { readonly floor: string }): string {
  const table = new Table({
    head: [...HEAD],
    colAligns: HEAD.map((_, column) => (column < 2 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  let previous: string | undefined;
  for (const result of results) {
    const workload = result.workload === previous ? "" : result.workload;
    if (previous !== undefined && workload !== "") table.push([{ colSpan: HEAD.length, content: "" }]);
    previous = result.workload;
    table.push([workload, result.peer, ...numbers(result, result.peer === options.floor)]);
  }
  return table.toString();
}

function numbers(result: CellResult, isFloor: boolean): string[] {
  const { ns, ratio, p99Ns, footprintRatio, collectionsPerMillion, minorFaultsPerMillion } = result;
  if (ns === null) return ["failed", "", "", "", "", "", ""];
  const shown = (number: number | null, format: (number: number) => string): string =>
    number === null || isFloor ? "–" : format(number);
  return [
    formatNs(ns.median),
    formatRange(ns),
    shown(ratio, formatFactor),
    p99Ns === null ? "–" : formatNs(p99Ns),
    shown(footprintRatio, (value) => value.toFixed(3)),
    shown(collectionsPerMillion, formatCount),
    shown(minorFaultsPerMillion, formatCount),
  ];
}
