import { makeStyle } from "../report/text/style.ts";
import { textTable } from "../report/text/text-table.ts";

/**
 * A table of names from a trace and numbers, as wide as there is room: names give way. Columns without anything in them are
 * left out, and control characters are shown as such.
 *
 * @param names the columns of names, which stand to the left
 */
export function formatNames(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  names: readonly number[],
  width: number,
): string {
  const used = heads.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ""));
  const pick = (row: readonly string[]): string[] => used.map((column) => row[column]!);
  const kept = names.map((column) => used.indexOf(column)).filter((column) => column >= 0);
  return textTable(pick(heads), rows.map(pick), Math.max(40, width), kept, makeStyle(false)).join("\n");
}
