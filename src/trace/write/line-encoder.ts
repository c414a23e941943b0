/**
 * Lines of a trace as bytes in one buffer: no strings, so no garbage, and a fraction of the time.
 *
 * The constant parts of a line are kept as doubles whose eight bytes are the text, so that a store writes eight
 * characters. (No ASCII text is a NaN, whose bytes an engine might change.) A shorter part writes blanks behind itself,
 * which the next one overwrites.
 */
import type { LockEvent } from "../event.ts";
import { putInteger, putTime } from "./decimal.ts";

const UTF8 = new TextEncoder();
const ALLOC = word('{"op":"a');
const FREE = word('{"op":"f');
const LOCK = word('{"op":"l');
const UNLOCK = word('{"op":"u');
const ID = word('","id":');
const SIZE = word(',"size":');
const TIME = word(',"t":');
const MODE = word(',"mode":');
const READ = word('"r"}\n');
const WRITE = word('"w"}\n');
/** `}` and the newline. */
const END = 0x7d0a;

/** More bytes than a line has without its texts. */
const PLAIN_LINE_BYTES = 128;

/** Characters of a label, site or phase; JSON may make six of each, and a reader takes lines of 2^20. */
const MOST_TEXT = 2 ** 16;

export class LineEncoder {
  /** The first `length` bytes are lines. */
  bytes: Uint8Array;
  length = 0;
  #view: DataView;
  #label = "";
  /** With its field name. */
  #labelField: Uint8Array = new Uint8Array(0);

  /** @param capacity in bytes; it grows when a line does not fit */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Times are rounded to 0.1 µs. */
  alloc(id: number, size: number, t: number, label: string | undefined, site: string | undefined): void {
    const view = this.#room(PLAIN_LINE_BYTES);
    let at = putInteger(view, putHead(view, this.length, ALLOC), id);
    view.setFloat64(at, SIZE);
    at = putEnd(view, putAfterTime(view, putInteger(view, at + 8, size), t));
    if (label !== undefined || site !== undefined) at = this.#putNames(at - 2, label, site);
    this.length = at;
  }

  free(id: number, t: number): void {
    this.#idAndTime(FREE, id, t);
  }

  lock(id: number, t: number, mode: LockEvent["mode"]): void {
    this.#idAndTime(LOCK, id, t);
    if (mode === undefined) return;
    const at = this.length - 2;
    this.#view.setFloat64(at, MODE);
    this.#view.setFloat64(at + 8, mode === "r" ? READ : WRITE);
    this.length = at + 13;
  }

  unlock(id: number, t: number): void {
    this.#idAndTime(UNLOCK, id, t);
  }

  mark(phase: string, t: number): void {
    const head = UTF8.encode(`{"op":"m","phase":${quoted(phase)}`);
    const view = this.#room(head.length + PLAIN_LINE_BYTES);
    this.bytes.set(head, this.length);
    this.length = putEnd(view, putAfterTime(view, this.length + head.length, t));
  }

  /** A line that is text already, without its newline. */
  line(text: string): void {
    const line = UTF8.encode(`${text}\n`);
    this.#room(line.length);
    this.bytes.set(line, this.length);
    this.length += line.length;
  }

  /** Takes the first bytes out. */
  drop(count: number): void {
    if (count < this.length) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }

  #idAndTime(op: number, id: number, t: number): void {
    const view = this.#room(PLAIN_LINE_BYTES);
    const at = putInteger(view, putHead(view, this.length, op), id);
    this.length = putEnd(view, putAfterTime(view, at, t));
  }

  /** @returns the end of the line */
  #putNames(start: number, label: string | undefined, site: string | undefined): number {
    let at = start;
    this.length = at;
    if (label !== undefined) {
      const field = this.#fieldOf(label);
      this.#room(field.length + PLAIN_LINE_BYTES);
      // A loop takes less time than `set` for a few bytes.
      for (let i = 0; i < field.length; i++) this.bytes[at + i] = field[i]!;
      at += field.length;
      this.length = at;
    }
    if (site !== undefined) {
      const field = UTF8.encode(`,"site":${quoted(site)}`);
      this.#room(field.length + PLAIN_LINE_BYTES);
      this.bytes.set(field, at);
      at += field.length;
    }
    return putEnd(this.#view, at);
  }

  /** Neighbours often have the same label. */
  #fieldOf(label: string): Uint8Array {
    if (label !== this.#label || this.#labelField.length === 0) {
      this.#label = label;
      this.#labelField = UTF8.encode(`,"label":${quoted(label)}`);
    }
    return this.#labelField;
  }

  /** Makes room for so many bytes more. */
  #room(count: number): DataView {
    if (this.length + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length + count, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return this.#view;
  }
}

/** As JSON, cut at {@link MOST_TEXT}. */
function quoted(text: string): string {
  return JSON.stringify(text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 1)}…` : text);
}

/** Up to eight characters as a double that stores them. */
function word(text: string): number {
  return new DataView(UTF8.encode(text.padEnd(8)).buffer).getFloat64(0);
}

/** These give where the next byte goes. */
function putHead(view: DataView, at: number, op: number): number {
  view.setFloat64(at, op);
  view.setFloat64(at + 8, ID);
  return at + 15;
}

function putAfterTime(view: DataView, at: number, t: number): number {
  view.setFloat64(at, TIME);
  return putTime(view, at + 5, t);
}

function putEnd(view: DataView, at: number): number {
  view.setUint16(at, END);
  return at + 2;
}
