import { describe } from "../errors.ts";
import { nodeModule } from "../platform/node-module.ts";
import { assertOptions } from "./assert-options.ts";
import { whyNoEvent } from "./event-of-line.ts";
import type { LockEvent, TraceEvent } from "./event.ts";
import { TRACE_FORMAT, TRACE_VERSION } from "./header.ts";
import { TraceError } from "./trace-error.ts";
import { MAX_LINE_LENGTH } from "./max-line-length.ts";
import { forgetAtExit, runAtExit } from "./write/at-exit.ts";
import { FileSink } from "./write/file-sink.ts";
import { LineEncoder } from "./write/line-encoder.ts";
import { MemorySink } from "./write/memory-sink.ts";
import type { TraceSink } from "./write/sink.ts";
import type { TraceStream } from "./write/stream-sink.ts";
import { StreamSink } from "./write/stream-sink.ts";

const MOST_CHUNK_BYTES = 2 ** 30;
/** Above it, ids that were written are not counted on from: there must be room for more. */
const MOST_ID = 2 ** 52;

/** Where a trace is written to, and how. Without `path` and `stream` it stays in memory. */
export interface TraceWriterOptions {
  /** A file, which is made or replaced; compressed where the name ends in `.gz`. Node only. */
  readonly path?: string | URL;
  /** A Node `Writable` or a `WritableStream`, in place of a file. */
  readonly stream?: TraceStream;
  /**
   * Whether `close` ends the stream. Default: true; give false for `process.stdout`, or when more is to follow: the stream
   * is then left as it was found, without listeners and without a lock.
   */
  readonly endStream?: boolean;
  /** Further fields of the header, or other ones in place of `producer` and `startedAt`. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Bytes that are written at a time, at most 1 GiB. Default: 64 KiB. */
  readonly chunkBytes?: number;
  /** Bytes that a stream may owe, or that are kept in memory. Default: 64 MiB. */
  readonly maxBufferedBytes?: number;
  /** The longest that an event waits to be written, in milliseconds, while the event loop runs. Default: 1000. */
  readonly flushMs?: number;
}

/**
 * Writes a trace, and loses nothing: an event is written, or refused by an error before it happened.
 *
 * - To a file, whole chunks are written synchronously. At the end of the process, be it `process.exit` or an uncaught error, the
 *   rest is written. A process that is killed loses what came after the last chunk, at most `flushMs` or `chunkBytes`.
 * - A stream takes its time. When it owes `maxBufferedBytes`, {@link reserve} and {@link write} throw: await
 *   {@link drained} now and then. What a stream has not passed on when the process ends is lost: await {@link close}
 *   before, or write to a file.
 *
 * A target that still refuses at the end of the process is named on stderr.
 *
 * Recorders call {@link reserve} before something happens, and `alloc`, `free`, `lock`, `unlock` or `mark` after it did.
 * Those five never throw: what ends a block must be written even at the bound.
 *
 * @example
 * const writer = new TraceWriter({ path: "run.jsonl" });
 * writer.write({ op: "a", id: 1, size: 100, t: 0 });
 * await writer.close();
 */
export class TraceWriter {
  readonly #sink: TraceSink;
  readonly #lines: LineEncoder;
  #chunkBytes: number;
  readonly #flushMs: number;
  readonly #atExit: () => void;
  /** Whether the target refused: then only `reserve` and `flush` try again. */
  #isStuck = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  readonly #madeAt: number = performance.now();
  #lastId = 0;
  #lastTime = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws {TraceError} when there is no such target */
  constructor(options: TraceWriterOptions = {}) {
    assertOptions(options, "TraceWriter");
    const header = headerLine(options.header);
    const chunkBytes = sizeOption("chunkBytes", options.chunkBytes, 2 ** 16, MOST_CHUNK_BYTES);
    this.#sink = sinkOf(options);
    this.#chunkBytes = chunkBytes;
    this.#flushMs = this.#sink instanceof MemorySink ? Infinity : (options.flushMs ?? 1_000);
    this.#lines = new LineEncoder(this.#chunkBytes + 1_024);
    this.#atExit = () => {
      // What other listeners of the end still do is written at once.
      this.#chunkBytes = 1;
      this.#drainQuietly();
      if (this.#isStuck) this.#tellStuck();
    };
    if (!(this.#sink instanceof MemorySink)) runAtExit(this.#atExit);
    this.#lines.line(header);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Writes one event of whatever fields. @throws {TraceError} when it is none, at the bound, or after `close` */
  write(event: TraceEvent): void {
    if (this.#isClosed) throw new TraceError("The trace is closed. Write before close(), or begin another.");
    const why = whyNoEvent(event);
    if (why !== undefined) throw new TraceError(`This is no event: ${why}.`);
    const line = jsonLine(event, "An event");
    this.reserve();
    if (event.op === "a" && event.id > this.#lastId && event.id < MOST_ID) this.#lastId = event.id;
    this.#passed(event.t);
    this.#lines.line(line);
    this.#appended();
  }

  /** An id above all that were given or written so far, from 1: recorders that share a writer do not share ids. */
  newId(): number {
    return ++this.#lastId;
  }

  /**
   * The time of an event that happens now, in milliseconds, by `now` or since the writer was made. It never falls,
   * whichever recorder asks; where `now` goes back, throws or gives no number, time stands still.
   */
  time(now?: () => number): number {
    return now === undefined ? this.#passed(performance.now() - this.#madeAt) : this.#foreignTime(now);
  }

  /** Makes sure that an event can be taken. @throws {TraceError} when the target takes no more; nothing was changed */
  reserve(): void {
    if ((this.#isStuck || this.#lines.length >= this.#chunkBytes) && !this.#isClosed) this.flush();
  }

  /** @param t in milliseconds, at least 0, like `id` and `size`; kept to 0.1 µs */
  alloc(id: number, size: number, t: number, label?: string, site?: string): void {
    this.#lines.alloc(id, size, t, label, site);
    this.#appended();
  }

  free(id: number, t: number): void {
    this.#lines.free(id, t);
    this.#appended();
  }

  lock(id: number, t: number, mode?: LockEvent["mode"]): void {
    this.#lines.lock(id, t, mode);
    this.#appended();
  }

  unlock(id: number, t: number): void {
    this.#lines.unlock(id, t);
    this.#appended();
  }

  mark(phase: string, t: number): void {
    this.#lines.mark(phase, t);
    this.#appended();
  }

  /** Gives everything to the file, or the stream. @throws {TraceError} when it does not take it; it is kept */
  flush(): void {
    if (this.#isClosed) return;
    const lines = this.#lines;
    while (lines.length > 0) lines.drop(this.#sink.write(lines.bytes.subarray(0, lines.length)));
    this.#sink.retry?.();
    this.#isStuck = false;
  }

  /** Gives everything to the stream and settles when it has taken it. @throws {TraceError} when it failed */
  async drained(): Promise<void> {
    await this.#sink.drained();
    this.flush();
    await this.#sink.drained();
  }

  /**
   * Writes what is left and ends the file or the stream. A file is closed when the call returns. A stream is waited for as
   * long as it takes; what is recorded meanwhile is written, too. Every call gives the end of the same closing.
   *
   * @throws {TraceError} when what is left cannot be written; the trace stays open then
   */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      // Until the target was ended, it can be tried again.
      if (!this.#isClosed) this.#closing = undefined;
      throw error;
    });
    return this.#closing;
  }

  /** Closes a file; gives everything to a stream and leaves it open, since its end cannot be awaited here. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.flush();
    // A synchronous sink throws from the call itself.
    if (this.#sink.isSync) void this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The trace so far, of a writer to memory. @throws {TraceError} when it writes elsewhere */
  bytes(): Uint8Array {
    if (!(this.#sink instanceof MemorySink)) {
      throw new TraceError("The trace is not in memory: it went to its path or stream. Read it there.");
    }
    return this.#sink.bytes(this.#lines.bytes.subarray(0, this.#lines.length));
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    if (!this.#sink.isSync) await this.drained();
    this.flush();
    await this.#end();
  }

  /** Ends the target after a flush. */
  #end(): Promise<void> {
    const closed = this.#sink.close();
    this.#isClosed = true;
    forgetAtExit(this.#atExit);
    clearTimeout(this.#timer);
    return closed;
  }

  #foreignTime(now: () => number): number {
    try {
      const t: unknown = now();
      return typeof t === "number" ? this.#passed(t) : this.#lastTime;
    } catch {
      return this.#lastTime;
    }
  }

  /** @returns `t`, or the last time where that is later */
  #passed(t: number): number {
    // Also false of NaN.
    if (t >= this.#lastTime && t < Number.MAX_SAFE_INTEGER) this.#lastTime = t;
    return this.#lastTime;
  }

  /** At the end of the process, when nobody can be told by an error any more. */
  #tellStuck(): void {
    try {
      this.flush();
    } catch (error) {
      nodeModule("node:process")?.stderr.write(`tensorheap: ${describeError(error)}\n`);
    }
  }

  #appended(): void {
    if (this.#isClosed) this.#lines.length = 0;
    else if (this.#lines.length >= this.#chunkBytes) {
      if (!this.#isStuck) this.#drainQuietly();
    } else if (this.#timer === undefined && this.#flushMs < Infinity) this.#schedule();
  }

  #drainQuietly(): void {
    try {
      this.flush();
    } catch {
      // The next reserve, flush or close tries again and tells.
      this.#isStuck = true;
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#drainQuietly();
    }, this.#flushMs);
    // In Node, the timer must not keep the process alive. A browser's is a number.
    const timer: unknown = this.#timer;
    if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
  }
}

function headerLine(fields: TraceWriterOptions["header"] = {}): string {
  assertOptions(fields, "header of a trace");
  const own = { format: TRACE_FORMAT, version: TRACE_VERSION };
  if ("op" in fields || "toJSON" in fields) {
    throw new TraceError("The header of a trace has no field op or toJSON. Choose another name.");
  }
  const startedAt = new Date().toISOString();
  return jsonLine(Object.assign({ ...own, producer: "tensorheap", startedAt }, fields, own), "The header of a trace");
}

/** @throws {TraceError} when JSON does not have it, or no reader would take the line */
function jsonLine(value: object, what: string): string {
  let line: string;
  try {
    line = JSON.stringify(value);
  } catch (cause) {
    throw new TraceError(`${what} must be of values that JSON has.`, { cause });
  }
  if (line.length <= MAX_LINE_LENGTH) return line;
  throw new TraceError(
    `${what} has ${line.length} characters, and readers skip lines of more than ${MAX_LINE_LENGTH}. Shorten its texts.`,
  );
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : describe(error);
}

function sinkOf({ path, stream, endStream = true, maxBufferedBytes }: TraceWriterOptions): TraceSink {
  const maxBytes = sizeOption("maxBufferedBytes", maxBufferedBytes, 2 ** 26);
  if (path !== undefined && stream !== undefined)
    throw new TraceError("A trace goes to a path or to a stream, not both.");
  if (stream !== undefined) return new StreamSink(stream, maxBytes, endStream);
  if (path === undefined) return new MemorySink(maxBytes);
  if (typeof path === "string" || path instanceof URL) return new FileSink(path);
  throw new TraceError(`The path of a trace is a string or a file: URL, not ${describe(path)}.`);
}

function sizeOption(name: string, value: number | undefined, fallback: number, most: number = Infinity): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 1 && value <= most) return value;
  const upTo = most === Infinity ? "" : ` to ${most}`;
  throw new TraceError(`${name} must be a number of bytes from 1${upTo}, not ${describe(value)}.`);
}
