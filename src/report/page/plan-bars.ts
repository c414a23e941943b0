import { formatBytes, formatCount } from "../format/units.ts";
import type { ReportModel } from "../model/report-model.ts";
import { h } from "./dom.ts";

/** Bars for what was asked for, what the best plan takes, and what the heap took. */
export function planBars({ plan, peak, replay }: ReportModel): HTMLElement {
  const rows: [string, number | null, string, string][] = [
    ["Peak live", peak.bytes, "peak", "bytes asked for and alive at once"],
    ["Lower bound", plan.lowerBound, "bound", "no layout in granules of 64 bytes takes less"],
    [
      "Offline plan",
      plan.height,
      "plan",
      plan.height === null ? plan.remark : plan.optimal ? "proved optimal" : plan.remark,
    ],
    ["Heap footprint", replay.footprintBytes, "heap", "what a general heap used"],
  ];
  const most = Math.max(...rows.map(([, bytes]) => bytes ?? 0), 1);
  const best = plan.height ?? plan.lowerBound;
  return h(
    "div",
    { class: "bars" },
    ...rows.map(([name, bytes, kind, remark]) => {
      const bar = h("span", { class: `bar bar-${kind}` });
      bar.style.width = `${((bytes ?? 0) / most) * 100}%`;
      const ratio =
        bytes === null || best === 0 || kind !== "heap" || replay.unplaced > 0
          ? ""
          : `: ${(bytes / best).toFixed(3)} × the best known layout`;
      return h(
        "div",
        { class: "bar-row" },
        h("span", { class: "bar-name" }, name),
        h("span", { class: "bar-track" }, bar),
        h("span", { class: "bar-value" }, bytes === null ? "–" : formatBytes(bytes)),
        h("span", { class: "bar-note" }, remark + ratio),
      );
    }),
    replay.unplaced > 0
      ? h("p", { class: "note" }, `${formatCount(replay.unplaced)} blocks had no place: ${replay.unplacedBecause}`)
      : null,
  );
}
