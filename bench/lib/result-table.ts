import Table from "cli-table3";
import { formatCount, formatFactor, formatNs, formatRange, formatShare } from "./format.ts";
import type { CellResult } from "./result.ts";

/** The rows of one group as a table, one block of rows per workload. */
export function resultTable(results: readonly CellResult[], options: { readonly floor: string }): string {
  const table = new Table({
    head: ["workload", "allocator", "ns", "min–max", "÷ tensorheap", "footprint ÷ peak", "GCs / million", "GC time"],
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  let previous: string | undefined;
  for (const result of results) {
    const workload = result.workload === previous ? "" : result.workload;
    if (previous !== undefined && workload !== "") table.push([{ colSpan: 8, content: "" }]);
    previous = result.workload;
    table.push([workload, result.peer, ...numbers(result, result.peer === options.floor)]);
  }
  return table.toString();
}

function numbers(result: CellResult, isFloor: boolean): string[] {
  const { ns, ratio, footprintRatio, collectionsPerMillion, collectionShare } = result;
  if (ns === null) return ["failed", "", "", "", "", ""];
  return [
    formatNs(ns.median),
    formatRange(ns),
    ratio === null || isFloor ? "–" : formatFactor(ratio),
    footprintRatio === null ? "–" : footprintRatio.toFixed(3),
    isFloor || collectionsPerMillion === null ? "–" : formatCount(collectionsPerMillion),
    isFloor || collectionShare === null ? "–" : formatShare(collectionShare),
  ];
}
