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
