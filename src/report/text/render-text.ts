import { holderCells } from "../format/holder-cells.ts";
import { formatBytes, formatCount, formatShare, formatTime, plural } from "../format/units.ts";
import type { GroupRow, ReportModel } from "../model/report-model.ts";
import { makeStyle } from "./style.ts";
import type { Style } from "./style.ts";
import { barOf, cut, textTable } from "./text-table.ts";
import { textGraph } from "./text-graph.ts";

/** How a report is written as text. */
export interface TextOptions {
  /** Columns of the terminal, taken as 40 to 1,000; default 80. No line is longer. */
  readonly width?: number;
  /** Whether to colour it with ANSI escapes; default false. */
  readonly colour?: boolean;
}

const MOST_ROWS = 10;
const DEFAULT_WIDTH = 80;
const MOST_WIDTH = 1000;

/**
 * Writes a report for a terminal or a log: sums, a graph of live memory, plan against actual, peak by label and phase,
 * leaks, locks, sizes. Names from the trace are shown without control characters.
 */
export function renderText(model: ReportModel, options: TextOptions = {}): string {
  const wanted = options.width ?? DEFAULT_WIDTH;
  const width = Number.isNaN(wanted) ? DEFAULT_WIDTH : Math.min(MOST_WIDTH, Math.max(40, Math.floor(wanted)));
  const style = makeStyle(options.colour ?? false);
  const sections = [
    summary(model, style),
    remarks(model, style),
    graph(model, width, style),
    plan(model, width, style),
    groups("Peak by label", "label", model.byLabel, model, width, style),
    groups("Peak by phase", "phase", model.byPhase, model, width, style),
    leaks(model, width, style),
    locks(model, width, style),
    sizes(model, width, style),
  ];
  const lines = sections.flatMap((section) => (section.length === 0 ? [] : section.concat("")));
  return lines.map((line) => cut(line, width)).join("\n");
}

function summary({ counts, durationMs, peak, replay, plan, leaks, blocks }: ReportModel, style: Style): string[] {
  const best = plan.height ?? plan.lowerBound;
  const leaked = `${formatBytes(leaks.bytes)} in ${plural(leaks.count, "block")}`;
  return [
    style.bold("Memory report"),
    `${plural(blocks.count, "allocation")}, ${plural(counts.events, "event")} in ${formatTime(durationMs)}`,
    `peak live    ${style.bold(formatBytes(peak.bytes))} in ${plural(peak.count, "block")}, event ${formatCount(peak.event)}`,
    `footprint    ${formatBytes(replay.footprintBytes)} of a general heap (replayed)`,
    `${plan.height === null ? "lower bound" : "best plan  "}  ${formatBytes(best)}${plan.optimal ? ", proved optimal" : ""}`,
    `never freed  ${leaks.count === 0 ? leaked : style.warn(leaked)}`,
  ];
}

function remarks({ notes, problems, replay }: ReportModel, style: Style): string[] {
  const lines = [
    ...notes,
    ...problems.map(
      ({ what, count, event }) => `${plural(count, "time")}: ${what}; first at event ${formatCount(event)}`,
    ),
  ];
  if (replay.unplaced > 0) lines.push(`${plural(replay.unplaced, "block")} had no place: ${replay.unplacedBecause}`);
  return lines.length === 0 ? [] : [style.bold("About this trace"), ...lines.map((line) => style.warn(`! ${line}`))];
}

function graph(model: ReportModel, width: number, style: Style): string[] {
  if (model.fragmentation.event.length === 0) return [];
  return [style.bold("Live memory"), ...textGraph(model, width, 8, style)];
}

function plan({ plan, peak, replay }: ReportModel, width: number, style: Style): string[] {
  const most = Math.max(replay.footprintBytes, plan.height ?? 0, plan.lowerBound, peak.bytes, 1);
  const space = Math.max(8, width - 28);
  const line = (name: string, bytes: number): string =>
    `${name.padEnd(14)} ${formatBytes(bytes).padStart(9)}  ${style.accent(barOf(bytes / most, space))}`;
  const lines = [line("peak live", peak.bytes), line("lower bound", plan.lowerBound)];
  if (plan.height !== null) lines.push(line("offline plan", plan.height));
  lines.push(line("heap", replay.footprintBytes));
  if (plan.remark !== "") lines.push(style.dim(plan.remark));
  return [style.bold("Plan against actual"), ...lines];
}

function groups(
  title: string,
  first: string,
  rows: readonly GroupRow[],
  { peak }: ReportModel,
  width: number,
  style: Style,
): string[] {
  if (rows.length === 0 || (rows.length === 1 && rows[0]!.name.startsWith("(no "))) return [];
  const shown = rows
    .slice(0, MOST_ROWS)
    .map((row) => [
      row.name,
      formatBytes(row.bytesAtPeak),
      formatShare(peak.bytes === 0 ? 0 : row.bytesAtPeak / peak.bytes),
      formatBytes(row.ownPeakBytes),
      formatCount(row.totalCount),
    ]);
  const lines = textTable([first, "at peak", "share", "own peak", "allocs"], shown, width, [0], style);
  return [style.bold(title), ...lines, ...more(rows.length, style)];
}

function leaks(model: ReportModel, width: number, style: Style): string[] {
  const { leaks, blocks, strings, time, durationMs } = model;
  if (leaks.count === 0) return [];
  const rows = Array.from(leaks.blocks.subarray(0, MOST_ROWS), (block) => [
    String(blocks.id[block]),
    formatBytes(blocks.size[block]!),
    formatTime(durationMs - time[blocks.from[block]!]!),
    strings[blocks.label[block]!] ?? "",
    strings[blocks.site[block]!] ?? "",
  ]);
  const hasSites = leaks.blocks.some((block) => strings[blocks.site[block]!] !== undefined);
  const columns = [0, 1, 2, 3, 4].filter((column) => rows.some((row) => row[column] !== ""));
  const heads = ["id", "size", "age", "label", "call site"];
  const [head, ...body] = [heads, ...rows].map((row) => columns.map((column) => row[column]!));
  const texts = columns.flatMap((column, index) => (column < 3 ? [] : [index]));
  const lines = textTable(head!, body, width, texts, style);
  const where = hasSites ? [] : [style.dim("The trace has no call sites. Record it with { sites: 1 }.")];
  return [style.bold("Never freed"), ...lines, ...more(leaks.count, style), ...where];
}

function locks({ locks }: ReportModel, width: number, style: Style): string[] {
  if (locks.count === 0) return [];
  const rows = locks.holders.slice(0, MOST_ROWS).map((holder) => holderCells(holder, ""));
  const lines = textTable(["who holds locks", "locks", "held", "longest", "still"], rows, width, [0], style);
  return [style.bold("Locks"), ...lines, ...more(locks.holders.length, style)];
}

function sizes({ sizeClasses }: ReportModel, width: number, style: Style): string[] {
  if (sizeClasses.length === 0) return [];
  const most = Math.max(...sizeClasses.map(({ count }) => count));
  const space = Math.max(8, width - 34);
  const lines = sizeClasses.map(
    ({ from, below, count }) =>
      `${formatBytes(from).padStart(8)} – ${formatBytes(below).padEnd(8)} ${formatCount(count).padStart(9)}  ` +
      style.accent(barOf(count / most, space)),
  );
  return [style.bold("Blocks by size"), ...lines];
}

function more(total: number, style: Style): string[] {
  return total > MOST_ROWS ? [style.dim(`and ${formatCount(total - MOST_ROWS)} more`)] : [];
}
