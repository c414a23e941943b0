import { crc32 } from "./crc32.ts";
import { Inflate } from "./inflate.ts";

/** Called at most once per member, with what is wrong. */
export type GzipProblemSink = (kind: "gzip-cut" | "gzip-damaged", message: string) => void;

const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/**
 * Inflates a gzip file (RFC 1952) that comes in chunks: one member or several, one after another. What there is before a
 * cut or damage is given on, then the problem is told, and nothing more is read.
 */
export class Gunzip {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #onProblem: GzipProblemSink;
  /** Undefined between members. */
  #inflate: Inflate | undefined;
  #isOver = false;
  #members = 0;
  /** Input that is not enough for a header or a trailer yet. */
  #pending: Uint8Array = new Uint8Array(0);
  #crc = 0;
  #size = 0;

  /** @param sink called with inflated bytes, which are valid until it returns */
  constructor(sink: (bytes: Uint8Array) => void, onProblem: GzipProblemSink) {
    this.#sink = sink;
    this.#onProblem = onProblem;
  }

  push(chunk: Uint8Array): void {
    this.#run(chunk, false);
  }

  /** Call once, when there is no more. */
  end(): void {
    this.#run(new Uint8Array(0), true);
    if (this.#isOver || (this.#inflate === undefined && this.#pending.length === 0)) return;
    const where = this.#members === 0 ? "" : `, in member ${this.#members + 1}`;
    this.#onProblem("gzip-cut", `the compressed data is cut${where}; what could be read was read`);
  }

  #run(chunk: Uint8Array, isEnd: boolean): void {
    let input = chunk;
    while (!this.#isOver) {
      const inflate = this.#inflate;
      if (inflate !== undefined && !inflate.isDone) {
        inflate.push(input, isEnd);
        if (inflate.damage !== undefined) this.#damaged(inflate.damage);
        if (!inflate.isDone) return;
        input = inflate.rest();
      }
      const bytes = this.#pending.length === 0 ? input : joined(this.#pending, input);
      const used = inflate === undefined ? this.#header(bytes) : this.#trailer(bytes);
      if (used === 0) {
        this.#pending = bytes.slice();
        return;
      }
      this.#pending = new Uint8Array(0);
      input = bytes.subarray(used);
    }
  }

  /** Reads the header of a member. @returns bytes used; 0 when more are needed */
  #header(bytes: Uint8Array): number {
    if (this.#members > 0) {
      const padding = zeros(bytes);
      if (padding > 0) return padding;
    }
    if (bytes.length < 2) return 0;
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
      return this.#damaged("something that is not gzip follows the compressed data");
    if (bytes.length < 10) return 0;
    if (bytes[2] !== 8) return this.#damaged(`compression method ${bytes[2]} is not deflate`);
    const flags = bytes[3]!;
    let end = 10;
    if (flags & HAS_EXTRA) {
      if (bytes.length < 12) return 0;
      end += 2 + bytes[10]! + 256 * bytes[11]!;
    }
    for (const flag of [HAS_NAME, HAS_COMMENT]) {
      if ((flags & flag) === 0) continue;
      const zero = bytes.indexOf(0, end);
      if (zero < 0 || end > bytes.length) return 0;
      end = zero + 1;
    }
    if (flags & HAS_CRC) end += 2;
    if (end > bytes.length) return 0;
    this.#crc = 0;
    this.#size = 0;
    this.#inflate = new Inflate((inflated) => {
      this.#crc = crc32(inflated, this.#crc);
      this.#size = (this.#size + inflated.length) >>> 0;
      this.#sink(inflated);
    });
    return end;
  }

  /** Checks the trailer of a member. @returns bytes used; 0 when more are needed */
  #trailer(bytes: Uint8Array): number {
    if (bytes.length < 8) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
    if (view.getUint32(0, true) !== this.#crc || view.getUint32(4, true) !== this.#size) {
      return this.#damaged("the checksum of the compressed data does not match; some of what was read may be wrong");
    }
    this.#inflate = undefined;
    this.#members++;
    return 8;
  }

  #damaged(message: string): number {
    this.#isOver = true;
    this.#onProblem("gzip-damaged", message);
    return 0;
  }
}

/** Zero bytes at the start: tapes and some tools pad with them. */
function zeros(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte !== 0);
  return end < 0 ? bytes.length : end;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
