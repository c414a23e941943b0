/** A line on stderr that is written over again and again; nothing at all when stderr is no terminal. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(done: number, total: number, line: string): void {
    if (!this.#stream.isTTY) return;
    const text = `[${done}/${total}] ${line}`.slice(0, this.#stream.columns - 1);
    this.#stream.write(`\r\u001B[K${text}`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001B[K");
  }
}
