/** Called with each line, without its newline, and its number. */
export type LineSink = (line: string, lineNumber: number) => void;

/** Cuts text that comes in pieces into lines, holding at most one line. */
export class LineSplitter {
  /** Newlines so far: the number of the line before the current one. */
  lines = 0;
  readonly #onLine: LineSink;
  readonly #onLongLine: (lineNumber: number) => void;
  readonly #longest: number;
  /** Pieces of the current line, and their length; the pieces are dropped once there are too many. */
  #pieces: string[] = [];
  #length = 0;

  /** @param longest characters of a line; longer ones are dropped and told */
  constructor(longest: number, onLine: LineSink, onLongLine: (lineNumber: number) => void) {
    this.#longest = longest;
    this.#onLine = onLine;
    this.#onLongLine = onLongLine;
  }

  push(text: string): void {
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      if (this.#length > 0 || end - start > this.#longest) this.#endLine(text.slice(start, end));
      else this.#onLine(text.slice(start, end), ++this.lines);
      start = end + 1;
    }
    if (start < text.length) this.#keep(start === 0 ? text : text.slice(start));
  }

  /** Gives what is left, the line that no newline ended: empty when there is none, or it was too long. */
  end(): string {
    if (this.#length === 0) return "";
    this.lines++;
    const line = this.#take();
    if (line === undefined) this.#onLongLine(this.lines);
    return line ?? "";
  }

  #endLine(piece: string): void {
    this.#keep(piece);
    const line = this.#take();
    if (line === undefined) this.#onLongLine(++this.lines);
    else this.#onLine(line, ++this.lines);
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#longest) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #take(): string | undefined {
    const line = this.#length > this.#longest ? undefined : this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
