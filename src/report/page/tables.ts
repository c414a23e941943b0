import { holderCells } from "../format/holder-cells.ts";
import { formatBytes, formatCount, formatShare, formatTime, plural } from "../format/units.ts";
import type { GroupRow, ReportModel } from "../model/report-model.ts";
import { element, h } from "./dom.ts";
import type { PageState } from "./page-state.ts";

const MOST_ROWS = 100;

type Cell = string | HTMLElement;

/** What is alive at the peak, by label or by the phase that allocated it. */
export function groupTable(title: string, first: string, rows: readonly GroupRow[], peakBytes: number): HTMLElement {
  return table(
    title,
    [first, "At the peak", "Share", "Blocks", "Own peak", "Allocated in all"],
    rows
      .slice(0, MOST_ROWS)
      .map((row) => [
        row.name,
        formatBytes(row.bytesAtPeak),
        share(row.bytesAtPeak / peakBytes),
        formatCount(row.countAtPeak),
        formatBytes(row.ownPeakBytes),
        `${formatBytes(row.totalBytes)} in ${formatCount(row.totalCount)}`,
      ]),
    [0],
    rows.length,
  );
}

/** What was never freed; each row leads to its block. */
export function leakTable(state: PageState): HTMLElement {
  const { model } = state;
  const { blocks, strings, time, durationMs, leaks } = model;
  if (leaks.count === 0) return h("p", {}, "Everything that was allocated is freed by the end.");
  const show = (block: number): void => {
    state.pick(block);
    element("timeline").focus();
  };
  const rows = Array.from(leaks.blocks, (block): Cell[] => [
    h("button", { class: "link", type: "button", onclick: () => show(block) }, `id ${blocks.id[block]}`),
    formatBytes(blocks.size[block]!),
    strings[blocks.label[block]!] ?? "–",
    strings[blocks.site[block]!] ?? "–",
    model.phases[state.phaseOf[block]!]?.name ?? "–",
    formatTime(durationMs - time[blocks.from[block]!]!),
  ]);
  const title = `${plural(leaks.count, "block")}, ${formatBytes(leaks.bytes)}, largest first`;
  return table(title, ["Block", "Size", "Label", "Call site", "Phase", "Age"], rows, [0, 2, 3, 4], leaks.count);
}

export function sizeTable({ sizeClasses }: ReportModel): HTMLElement {
  return table(
    "Blocks by size",
    ["From", "Below", "Blocks", "Bytes in all", "At the peak"],
    sizeClasses.map((row) => [
      formatBytes(row.from),
      formatBytes(row.below),
      formatCount(row.count),
      formatBytes(row.bytes),
      formatBytes(row.bytesAtPeak),
    ]),
    [],
  );
}

export function holderTable({ locks }: ReportModel): HTMLElement {
  return table(
    "Who holds locks, longest in all first",
    ["Holder", "Locks", "Held in all", "Longest", "Still held"],
    locks.holders.slice(0, MOST_ROWS).map((holder) => holderCells(holder, "–")),
    [0],
    locks.holders.length,
  );
}

/** @param texts columns that hold text and not numbers; @param total how many rows there would be */
function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  texts: readonly number[] = [0],
  total: number = rows.length,
): HTMLElement {
  const classOf = (column: number): string => (texts.includes(column) ? "text" : "number");
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => h("tr", {}, ...row.map((cell, column) => h("td", { class: classOf(column) }, cell))));
  const heads = columns.map((name, column) => h("th", { scope: "col", class: classOf(column) }, name));
  const more = total - body.length;
  return h(
    "div",
    { class: title.startsWith("Peak") ? "table quiet" : "table", tabindex: "0", role: "region", "aria-label": title },
    h("table", {}, h("caption", {}, title), h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...body)),
    more > 0 ? h("p", { class: "note" }, `and ${formatCount(more)} more`) : null,
  );
}

function share(value: number): HTMLElement {
  const fill = h("span", { class: "share-fill" });
  const known = Number.isFinite(value) ? value : 0;
  fill.style.width = `${Math.max(known * 100, 0)}%`;
  return h(
    "span",
    { class: "share" },
    h("span", { class: "share-bar" }, fill),
    h("span", { class: "share-number" }, formatShare(value)),
  );
}
