import type { ZStream as Stream } from "pako";
import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from "pako";

/** Called at most once, with what is wrong. */
export type GzipProblemSink = (kind: "gzip-cut" | "gzip-damaged", message: string) => void;

const OUTPUT_BYTES = 2 ** 17;
/** In zlib's terms: the full window, and gzip's header and trailer around the data. */
const WINDOW_BITS = 15 + 16;

/**
 * Inflates a gzip file (RFC 1952) that comes in chunks: one member or several, one after another. What there is before a
 * cut or damage is given on, then the problem is told, and nothing more is read.
 *
 * pako is zlib in JavaScript. The runtimes' own decompressors do not do here: browsers refuse several members, and where
 * data end in the middle or are damaged, they may drop what they had inflated until then. zlib's own functions, which pako
 * has as they are, give on every byte up to the damage; that is why they are called here and not pako's `Inflate`.
 */
export class Gunzip {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #onProblem: GzipProblemSink;
  readonly #stream: Stream = new ZStream();
  readonly #output: Uint8Array<ArrayBuffer> = new Uint8Array(OUTPUT_BYTES);
  #isWithinMember = false;
  #isOver = false;
  #members = 0;

  /** @param sink called with inflated bytes, which are valid until it returns */
  constructor(sink: (bytes: Uint8Array) => void, onProblem: GzipProblemSink) {
    this.#sink = sink;
    this.#onProblem = onProblem;
    zlibInflateInit2(this.#stream, WINDOW_BITS);
    this.#stream.output = this.#output;
  }

  push(chunk: Uint8Array): void {
    const stream = this.#stream;
    stream.input = chunk;
    stream.next_in = 0;
    stream.avail_in = chunk.length;
    while (!this.#isOver && (this.#isWithinMember || this.#begin())) {
      stream.next_out = 0;
      stream.avail_out = OUTPUT_BYTES;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      if (stream.next_out > 0) this.#sink(this.#output.subarray(0, stream.next_out));
      if (status === Z_STREAM_END) {
        this.#isWithinMember = false;
        this.#members++;
        zlibInflateReset(stream);
      } else if (status !== Z_OK && status !== Z_BUF_ERROR) {
        this.#isOver = true;
        this.#onProblem(
          "gzip-damaged",
          `the compressed data is damaged${this.#where()} (${stream.msg}); some of what was read may be wrong`,
        );
      } else if (stream.avail_out > 0) return;
    }
  }

  /** Call once, when there is no more. */
  end(): void {
    if (this.#isOver || !this.#isWithinMember) return;
    this.#onProblem("gzip-cut", `the compressed data is cut${this.#where()}; what could be read was read`);
  }

  /** Begins a member, behind zeros, with which tapes and some tools pad. @returns whether there is input for it */
  #begin(): boolean {
    const stream = this.#stream;
    while (this.#members > 0 && stream.avail_in > 0 && stream.input[stream.next_in] === 0) {
      stream.next_in++;
      stream.avail_in--;
    }
    this.#isWithinMember = stream.avail_in > 0;
    return this.#isWithinMember;
  }

  #where(): string {
    return this.#members === 0 ? "" : `, in member ${this.#members + 1}`;
  }
}
