import Table from "cli-table3";
import type { Sink } from "./io.ts";

/** A table with a head; columns after the first are to the right, as numbers are. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Names and what they are, one line each, without borders. */
export function formatPairs(pairs: readonly (readonly [name: string, value: string])[]): string {
  const blank = { top: "", "top-mid": "", "top-left": "", "top-right": "", mid: "", "left-mid": "", "mid-mid": "" };
  const sides = { "right-mid": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" };
  const table = new Table({
    chars: { ...blank, ...sides, left: "", right: "", middle: "" },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...pairs.map(([name, value]) => [name, value]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Writes a value as JSON, for programs. */
export function writeJson(sink: Sink, value: unknown): void {
  sink.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** 1048576 as "1,048,576". */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** 1536 as "1.5 KiB". */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${Number(value.toFixed(value < 10 ? 2 : 1)).toLocaleString("en-US")} ${UNITS[unit]}`;
}

/** 12.34 as "12 ms", 1234 as "1.23 s"; "–" where it is not finite. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
