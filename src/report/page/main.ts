import { formatBytes, formatCount, formatTime } from "../format/units.ts";
import type { ReportModel } from "../model/report-model.ts";
import { ArenaView } from "./arena.ts";
import { blockFacts } from "./block-facts.ts";
import { fragmentationChart, sizeChart } from "./charts.ts";
import { colouringsOf } from "./colouring.ts";
import type { ColourBy } from "./colouring.ts";
import { element, h } from "./dom.ts";
import { followTheme } from "./follow-theme.ts";
import { loadModel } from "./load-model.ts";
import { Overview } from "./overview.ts";
import { PageState } from "./page-state.ts";
import { planBars } from "./plan-bars.ts";
import { showLocks } from "./show-locks.ts";
import { setSearch, showSearch } from "./show-search.ts";
import { showSummary } from "./show-summary.ts";
import { groupTable, leakTable, sizeTable } from "./tables.ts";
import { Timeline } from "./timeline.ts";
import { Tooltip } from "./tooltip.ts";

const root = document.documentElement;

try {
  show(await loadModel(element("data")));
  root.dataset["ready"] = performance.now().toFixed(0);
} catch (error) {
  element("main").replaceChildren(
    h(
      "p",
      { class: "failure", role: "alert" },
      `The report cannot be shown: ${String(error)}. A browser of 2023 or later can.`,
    ),
  );
  root.dataset["failed"] = String(error);
}

function show(model: ReportModel): void {
  const state = new PageState(model);
  const tooltip = new Tooltip();
  showSummary(model);
  showTimeline(state, tooltip);
  showArena(state, tooltip);
  element("plan-bars").append(planBars(model));
  showLocks(state);
  showTables(state);
  followTheme(element("theme"), () => state.repaint());
  showHelp();
  document.addEventListener("keydown", (event) => pageKey(event, state));
  state.changed();
}

function showTimeline(state: PageState, tooltip: Tooltip): void {
  const canvas = element("timeline", HTMLCanvasElement);
  const say = (x: number, y: number, facts: readonly (readonly [string, string])[]): void =>
    tooltip.show(canvas, x, y, facts);
  const onHover = (block: number, folded: number, event: number, x: number, y: number): void => {
    if (block >= 0) say(x, y, blockFacts(state, block));
    else if (folded > 0) {
      say(x, y, [
        ["Folded", "blocks too small to draw"],
        ["Size", formatBytes(folded)],
        ["Event", formatCount(event)],
      ]);
    } else tooltip.hide();
  };
  Timeline.attach(canvas, state, onHover, say);
  Overview.attach(element("overview", HTMLCanvasElement), state);
  press("zoom-in", () => state.zoom(1 / 1.5));
  press("zoom-out", () => state.zoom(1.5));
  press("zoom-reset", () => state.reset());
  press("to-peak", () => state.goTo(state.model.peak.event));

  const colour = element("colour-by", HTMLSelectElement);
  const names: Record<ColourBy, string> = { label: "label", site: "call site", size: "size", phase: "phase" };
  colour.append(...colouringsOf(state.model).map((by) => h("option", { value: by }, names[by])));
  colour.addEventListener("change", () => state.colourBy(colour.value as ColourBy));
  const axis = element("axis", HTMLSelectElement);
  axis.addEventListener("change", () => state.useAxis(axis.value as "events" | "time"));

  let legendFor: unknown;
  let shown = "";
  state.onChange(() => {
    if (legendFor !== state.paint) showLegend(state);
    legendFor = state.paint;
    const key = `${state.selected}`;
    if (key !== shown) showDetails(state);
    shown = key;
  });
  showSearch(state);
}

function showLegend(state: PageState): void {
  const { colouring, palette } = state;
  const items = colouring.legend.map(({ name, query }, category) => {
    const swatch = h("span", { class: "swatch" });
    swatch.style.background = colouring.colourOf(category, palette);
    if (query === "") return h("li", {}, h("span", {}, swatch, name));
    const pick = (): void => setSearch(state, state.query === query ? "" : query);
    return h(
      "li",
      {},
      h("button", { type: "button", onclick: pick, title: `Show only ${name}` }, swatch, h("span", {}, name)),
    );
  });
  const folded = h("span", { class: "swatch" });
  folded.style.background = palette.folded;
  element("legend").replaceChildren(...items, h("li", {}, h("span", {}, folded, "too small to draw singly")));
}

function showDetails(state: PageState): void {
  const details = element("details");
  if (state.selected < 0) {
    details.replaceChildren(h("p", { class: "note" }, "Pick a block to see what it is: press it, or use ↑ and ↓."));
    return;
  }
  details.replaceChildren(
    h(
      "dl",
      {},
      ...blockFacts(state, state.selected).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
  );
}

function showArena(state: PageState, tooltip: Tooltip): void {
  const canvas = element("arena", HTMLCanvasElement);
  const arena = new ArenaView(canvas, state, (block, x, y) => {
    if (block >= 0) tooltip.show(canvas, x, y, blockFacts(state, block));
    else tooltip.hide();
  });
  press("step-back", () => arena.step(-1));
  press("step-on", () => arena.step(1));
  press("phase-back", () => arena.stepPhase(-1));
  press("phase-on", () => arena.stepPhase(1));
  press("arena-peak", () => state.goTo(state.model.peak.event));
  const slider = element("moment", HTMLInputElement);
  const { events } = state.model.counts;
  slider.max = String(Math.max(events - 1, 0));
  slider.addEventListener("input", () => state.goTo(Number(slider.value)));
  let shown = -1;
  state.onChange(() => {
    if (shown === state.moment || events === 0) return;
    shown = state.moment;
    slider.value = String(shown);
    const phase = state.model.phases.findLast(({ from }) => from <= shown);
    const inPhase = phase === undefined ? "" : `, ${phase.name}`;
    slider.setAttribute("aria-valuetext", `event ${shown}${inPhase}`);
    const when = `Event ${formatCount(shown)} of ${formatCount(events)}, ${formatTime(state.model.time[shown]!)}${inPhase}: `;
    element("arena-sums").textContent = when + arena.describe();
  });
}

function showTables(state: PageState): void {
  const { model } = state;
  fragmentationChart(element("fragmentation"), state);
  element("by-label").append(groupTable("Peak by label", "Label", model.byLabel, model.peak.bytes));
  element("by-phase").append(groupTable("Peak by phase of allocation", "Phase", model.byPhase, model.peak.bytes));
  element("leaks").append(leakTable(state));
  if (model.sizeClasses.length > 0) sizeChart(element("sizes-chart"), state);
  element("sizes").append(h("details", {}, h("summary", {}, "Numbers"), sizeTable(model)));
}

function showHelp(): void {
  const dialog = element("help", HTMLDialogElement);
  press("help-open", () => dialog.showModal());
  press("help-close", () => dialog.close());
}

/** Shortcuts that hold wherever the focus is, but in a field. */
function pageKey(event: KeyboardEvent, state: PageState): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    element("search").focus();
  } else if (event.key === "?") {
    const dialog = element("help", HTMLDialogElement);
    if (!dialog.open) dialog.showModal();
  } else if (event.key === "p") state.goTo(state.model.peak.event);
  else if (event.key === "Escape" && !element("help", HTMLDialogElement).open) state.pick(-1);
}

function press(id: string, action: () => void): void {
  element(id).addEventListener("click", action);
}
