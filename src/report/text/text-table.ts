import { printable } from "../../trace/printable.ts";
import type { Style } from "./style.ts";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const ESCAPE = "\u001b";
/* An escape that colours, or one character as it is seen. */
const PIECES = new RegExp(`${ESCAPE}\\[\\d+m|[\\s\\S]`, "gu");
const BLANKS_AT_END = new RegExp(` +((?:${ESCAPE}\\[\\d+m)*)$`);

/** A bar of at most so many characters, to an eighth of one. What is not nothing shows. */
export function barOf(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/** Cuts a line at so many columns, and the blanks at its end; escapes take none. */
export function cut(line: string, width: number): string {
  let columns = 0;
  let cut = "";
  for (const [piece] of line.matchAll(PIECES)) {
    if (piece.length > 1 && piece.startsWith(ESCAPE)) cut += piece;
    else if (columns++ < width) cut += piece;
  }
  return cut.replace(BLANKS_AT_END, "$1");
}

/** Columns as wide as what is in them; those of text give way where the line would be too long. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  texts: readonly number[],
  style: Style,
): string[] {
  const cells = [heads, ...rows].map((row) => row.map(printable));
  const widths = heads.map((_, column) => cells.reduce((most, row) => Math.max(most, row[column]!.length), 0));
  for (const column of texts.toReversed()) {
    const over = widths.reduce((sum, width) => sum + width + 2, -2) - width;
    if (over > 0) widths[column] = Math.max(8, widths[column]! - over);
  }
  return cells.map((row, index) => {
    const line = row
      .map((cell, column) => fit(cell, widths[column]!, texts.includes(column)))
      .join("  ")
      .trimEnd();
    return index === 0 ? style.dim(line) : line;
  });
}

function fit(cell: string, width: number, text: boolean): string {
  if (cell.length > width) return `${cell.slice(0, width - 1)}…`;
  return text ? cell.padEnd(width) : cell.padStart(width);
}
