/** How words stand out on a terminal. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

/** ANSI escapes, or nothing. */
export function makeStyle(colour: boolean): Style {
  const wrap =
    (code: number, end: number) =>
    (text: string): string =>
      colour && text !== "" ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), warn: wrap(33, 39), accent: wrap(36, 39) };
}
