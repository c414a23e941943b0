import { lockChart } from "./charts.ts";
import { element, h } from "./dom.ts";
import { LockLanes } from "./lock-lanes.ts";
import type { PageState } from "./page-state.ts";
import { holderTable } from "./tables.ts";

/** The section on locks, or that there are none. */
export function showLocks(state: PageState): void {
  if (state.model.locks.count === 0) {
    element("locks").append(
      h(
        "p",
        {},
        "The trace has no lock events. Where locks matter, record them: an l and a u line per lock and unlock.",
      ),
    );
    return;
  }
  const lanes = h("canvas", {
    class: "lanes",
    role: "img",
    "aria-label": "Who holds locks, a lane per holder; the table below has the numbers",
  });
  const chart = h("div", { class: "chart" });
  const key = h(
    "ul",
    { class: "legend" },
    lockKey("lane-read", "held for reading"),
    lockKey("lane-write", "held for writing, or unknown"),
  );
  element("locks").append(
    h("p", { class: "note" }, "Lanes show the same part of the trace as the timeline above."),
    key,
    lanes,
    h("h3", {}, "Locks held at once, over the whole trace"),
    chart,
    h("details", {}, h("summary", {}, "Numbers"), holderTable(state.model)),
  );
  LockLanes.attach(lanes, state);
  lockChart(chart, state);
}

function lockKey(kind: string, text: string): HTMLElement {
  return h("li", {}, h("span", {}, h("span", { class: `swatch ${kind}` }), text));
}
