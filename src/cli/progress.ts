import { SingleBar } from "cli-progress";
import type { Sink } from "./io.ts";

/** Work that is done sooner shows no progress. */
const PATIENCE_MS = 1000;

/**
 * A bar on stderr for work of more than a second; nothing at all where stderr is no terminal.
 *
 * `update` may be called as often as one likes. Call `stop` before anything else is printed, and in any case: a bar that
 * runs keeps the process alive.
 */
export class Progress {
  readonly #stream: Sink;
  readonly #total: number;
  readonly #begun: number;
  readonly #now: () => number;
  #bar: SingleBar | undefined;

  /** @param total what `update` counts up to. @param now the clock, for tests */
  constructor(stream: Sink, total: number, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#total = total;
    this.#now = now;
    this.#begun = now();
  }

  /** @param text what is being done or was reached so far */
  update(done: number, text: string): void {
    this.#draw(done, text, PATIENCE_MS);
  }

  /** As {@link update}, and shown at once: before work that gives no word until it is done, and takes a second or more. */
  announce(done: number, text: string): void {
    this.#draw(done, text, 0);
    this.#bar?.render();
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
  /** @param patience milliseconds of work before which no bar is begun */
  #draw(done: number, text: string, patience: number): void {
    if (this.#stream.isTTY !== true) return;
    const part = Math.min(done, this.#total);
    if (this.#bar !== undefined) {
      this.#bar.update(part, { text });
    } else if (this.#now() - this.#begun >= patience) {
      this.#bar = new SingleBar({
        stream: this.#stream as unknown as NodeJS.WritableStream,
        format: "{bar} {percentage}%  {text}",
        barsize: 24,
        barCompleteChar: "#",
        barIncompleteChar: "-",
        clearOnComplete: true,
        // Nothing that would have to be put right if the process is killed.
        hideCursor: false,
        linewrap: true,
        gracefulExit: false,
        fps: 5,
      });
      this.#bar.start(this.#total, part, { text });
    }
  }
}
