import { barChart } from "./bar-chart.ts";
import { formatDuration } from "./format.ts";
import type { CellResult } from "./result.ts";

/**
 * The medians of one mode as a picture: a panel per workload, a bar per peer. A cell that failed has no bar.
 *
 * @param ours the peer that stands out
 * @param titleOf what a workload's panel is called
 * @returns an SVG
 */
export function allocChart(
  results: readonly CellResult[],
  ours: string,
  titleOf: (workload: string) => string,
): string {
  const workloads = [...new Set(results.map(({ workload }) => workload))];
  const panels = workloads.map((id) => {
    const values = new Map<string, number>();
    for (const { workload, peer, ns } of results) {
      if (workload === id && ns !== null) values.set(peer, ns.median);
    }
    return { title: titleOf(id), values };
  });
  return barChart({
    title: "Time per alloc and its free, logarithmic: shorter is faster",
    names: [...new Set(results.map(({ peer }) => peer))],
    accented: new Set([ours]),
    panels,
    formatValue: formatDuration,
    formatTick: formatDuration,
  });
}
