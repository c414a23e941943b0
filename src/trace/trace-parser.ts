import { describe } from "../errors.ts";
import { assertOptions } from "./assert-options.ts";
import type { TraceEvent } from "./event.ts";
import { isEvent, whyNoEvent } from "./event-of-line.ts";
import { Gunzip } from "./gzip/gunzip.ts";
import type { TraceHeader } from "./header.ts";
import { isHeader, readHeader } from "./header.ts";
import { LineSplitter } from "./line-splitter.ts";
import { MAX_LINE_LENGTH } from "./max-line-length.ts";
import { ProblemList } from "./problems.ts";
import type { TraceProblems } from "./problems.ts";
import { TraceError } from "./trace-error.ts";

/** How a trace is read. */
export interface ReadTraceOptions {
  /** Problems that are kept; all are counted. Default: 100. */
  readonly maxProblems?: number;
  /** Characters of a line; longer ones are skipped, so that a file that is no trace costs no memory. Default: 2^20. */
  readonly maxLineLength?: number;
}

/** The options with what is left out. @throws {TraceError} when one makes no sense */
export function readTraceLimits(options: ReadTraceOptions): Required<ReadTraceOptions> {
  assertOptions(options, "ReadTraceOptions");
  const { maxProblems = 100, maxLineLength = MAX_LINE_LENGTH } = options;
  for (const [name, value] of Object.entries({ maxProblems, maxLineLength })) {
    if (typeof value !== "number" || !(value >= 0)) {
      throw new TraceError(`${name} must be a number from 0, not ${describe(value)}.`);
    }
  }
  return { maxProblems, maxLineLength };
}

/** Called with each event and the number of its line. */
export type EventSink = (event: TraceEvent, line: number) => void;

/** Bytes of a compressed chunk that are inflated at a time. */
const SLICE_BYTES = 2 ** 20;

/**
 * Reads a trace that comes in chunks, compressed or not. Everything that can be read is given on; the rest is told in
 * {@link TraceParser.problems}.
 */
export class TraceParser {
  header: TraceHeader | undefined;
  readonly #problems: ProblemList;
  readonly #lines: LineSplitter;
  readonly #decoder: TextDecoder = new TextDecoder();
  readonly #onEvent: EventSink;
  #gunzip: Gunzip | undefined;
  /** The first byte, while it is the only one: two tell what the file is. */
  #first: Uint8Array | undefined;
  #isBegun = false;
  /** Until a header, or an event of whatever kind, was read. */
  #isEmpty = true;

  /** @throws {TraceError} when an option makes no sense */
  constructor(onEvent: EventSink, options: ReadTraceOptions = {}) {
    const { maxProblems, maxLineLength } = readTraceLimits(options);
    this.#onEvent = onEvent;
    this.#problems = new ProblemList(maxProblems);
    this.#lines = new LineSplitter(
      maxLineLength,
      (line, lineNumber) => this.#line(line, lineNumber),
      (lineNumber) =>
        this.#problems.add(
          "long-line",
          lineNumber,
          `the line has more than ${maxLineLength} characters; it was skipped`,
        ),
    );
  }

  get problems(): TraceProblems {
    return this.#problems;
  }

  /** @throws {TraceError} at a header of another format or version */
  push(chunk: Uint8Array): void {
    if (this.#isBegun) {
      this.#bytes(chunk);
      return;
    }
    const bytes = this.#first === undefined ? chunk : joined(this.#first, chunk);
    if (bytes.length < 2) {
      this.#first = bytes.slice();
      return;
    }
    this.#begin(bytes);
  }

  /** For text that was decoded already. Bytes and text do not mix. @throws {TraceError} as `push` */
  pushText(text: string): void {
    const isStart = !this.#isBegun && text !== "";
    if (isStart) this.#isBegun = true;
    this.#lines.push(isStart && text.startsWith("\uFEFF") ? text.slice(1) : text);
  }

  /** Call once, when there is no more. @throws {TraceError} as `push` */
  end(): void {
    if (!this.#isBegun && this.#first !== undefined) this.#begin(this.#first);
    this.#gunzip?.end();
    this.#lines.push(this.#decoder.decode());
    const rest = this.#lines.end();
    if (rest !== "") this.#line(rest, this.#lines.lines, true);
    if (this.#isEmpty && this.#problems.count === 0) this.#problems.add("empty", 0, "the trace is empty");
  }

  #begin(bytes: Uint8Array): void {
    this.#isBegun = true;
    this.#first = undefined;
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      this.#gunzip = new Gunzip(
        (inflated) => this.#text(inflated),
        (kind, message) => this.#problems.add(kind, 0, message),
      );
    }
    this.#bytes(bytes);
  }

  #bytes(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      const slice = bytes.length > SLICE_BYTES ? bytes.subarray(start, start + SLICE_BYTES) : bytes;
      if (this.#gunzip === undefined) this.#text(slice);
      else this.#gunzip.push(slice);
    }
  }

  #text(bytes: Uint8Array): void {
    this.#lines.push(this.#decoder.decode(bytes, { stream: true }));
  }

  #line(line: string, lineNumber: number, isCut = false): void {
    // Before the parser, whose exceptions cost microseconds: gzip makes 300 MB of newlines out of 300 KB.
    if (line.trim() === "") return;
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      this.#noJson(line, lineNumber, isCut);
      return;
    }
    if (event === null || typeof event !== "object" || Array.isArray(event)) {
      this.#problems.add("not-an-event", lineNumber, `${start(line)} is no JSON object`);
      return;
    }
    const fields = event as Record<string, unknown>;
    const why = whyNoEvent(fields);
    if (why === undefined) {
      this.#isEmpty = false;
      if (isEvent(fields)) this.#onEvent(fields, lineNumber);
      else this.#problems.unknownOps++;
    } else if (isHeader(event)) this.#header(event, lineNumber);
    else this.#problems.add("not-an-event", lineNumber, why);
  }

  #header(line: object, lineNumber: number): void {
    if (this.#isEmpty) this.header = readHeader(line, lineNumber);
    else this.#problems.add("late-header", lineNumber, "a header stands here: another trace begins in the same file");
    this.#isEmpty = false;
  }

  #noJson(line: string, lineNumber: number, isCut: boolean): void {
    if (isCut) this.#problems.add("cut-line", lineNumber, `the last line is cut: ${start(line)}`);
    else this.#problems.add("not-json", lineNumber, `${start(line)} is no JSON`);
  }
}

function start(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
