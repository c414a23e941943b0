import { formatBytes, formatCount, formatTime, plural } from "../format/units.ts";
import type { ReportModel } from "../model/report-model.ts";
import { element, h } from "./dom.ts";

/** The figures on top, and what is odd about the trace. */
export function showSummary({
  counts,
  durationMs,
  peak,
  replay,
  plan,
  leaks,
  locks,
  notes,
  problems,
  blocks,
}: ReportModel): void {
  const unplaced = replay.unplaced > 0 ? `${plural(replay.unplaced, "block")} had no place` : "";
  const over = peak.bytes === 0 ? "" : unplaced || `${(replay.footprintBytes / peak.bytes).toFixed(3)} × the peak`;
  const planned = plan.height ?? plan.lowerBound;
  const tiles: [string, string, string][] = [
    ["Peak live", formatBytes(peak.bytes), `${plural(peak.count, "block")}, event ${formatCount(peak.event)}`],
    ["Heap footprint", formatBytes(replay.footprintBytes), over],
    [
      plan.height === null ? "Lower bound" : "Best plan",
      formatBytes(planned),
      plan.optimal ? "proved optimal" : plan.height === null ? "not planned" : "not proved",
    ],
    ["Never freed", formatBytes(leaks.bytes), plural(leaks.count, "block")],
    ["Allocations", formatCount(blocks.count), `${formatCount(counts.events)} events in ${formatTime(durationMs)}`],
    [
      "Locks",
      formatCount(locks.count),
      locks.count === 0 ? "none in this trace" : plural(locks.holders.length, "holder"),
    ],
  ];
  element("summary").append(
    ...tiles.map(([name, value, note]) =>
      h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value), h("dd", { class: "note" }, note)),
    ),
  );
  const remarks = [
    ...notes,
    ...problems.map(
      ({ what, count, event }) => `${plural(count, "time")}: ${what}; first at event ${formatCount(event)}.`,
    ),
  ];
  if (remarks.length === 0) return;
  element("remarks").append(h("h2", {}, "About this trace"), h("ul", {}, ...remarks.map((text) => h("li", {}, text))));
  element("remarks").hidden = false;
}
