import { TraceError } from "../trace-error.ts";
import type { TraceSink } from "./sink.ts";

/** Keeps the trace in memory, up to a bound. */
export class MemorySink implements TraceSink {
  readonly isSync = true;
  readonly #chunks: Uint8Array[] = [];
  readonly #maxBytes: number;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  write(bytes: Uint8Array): number {
    if (this.#length + bytes.length > this.#maxBytes) {
      throw new TraceError(
        `The trace in memory has ${this.#length} bytes, and ${bytes.length} more are above the bound of ${this.#maxBytes}. ` +
          "Raise maxBufferedBytes, or write to a path or a stream.",
      );
    }
    this.#chunks.push(bytes.slice());
    this.#length += bytes.length;
    return bytes.length;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What was written, and what is to follow it. */
  bytes(rest: Uint8Array): Uint8Array {
    const all = new Uint8Array(this.#length + rest.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    all.set(rest, at);
    return all;
  }
}
