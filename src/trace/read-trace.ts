import { describe } from "../errors.ts";
import type { TraceEvent } from "./event.ts";
import type { TraceHeader } from "./header.ts";
import type { TraceProblems } from "./problems.ts";
import { TraceError } from "./trace-error.ts";
import type { EventSink, ReadTraceOptions } from "./trace-parser.ts";
import { TraceParser } from "./trace-parser.ts";
import type { TraceSource } from "./trace-source.ts";
import { chunksOf } from "./trace-source.ts";

/** A whole trace in memory: what the functions that look at a trace take. */
export interface Trace {
  readonly header: TraceHeader | undefined;
  /** In the order of the file. */
  readonly events: readonly TraceEvent[];
  /** What could not be read. */
  readonly problems: TraceProblems;
}

/** A trace that is read as it is iterated, once. */
export interface TraceReading extends AsyncIterable<TraceEvent> {
  /** Undefined until the first event is there, and when the trace has none. */
  readonly header: TraceHeader | undefined;
  /** What could not be read so far; complete when the iteration is over. */
  readonly problems: TraceProblems;
  /** The same events as they come, some thousands at a time: less work per event. Instead of iterating, not as well. */
  batches(): AsyncIterable<readonly TraceEvent[]>;
}

/**
 * Reads a trace event by event, in bounded memory.
 *
 * Compressed or not is told by the first bytes. What is damaged is skipped and told in `problems`, with its line.
 *
 * @param source a path, bytes or a stream; a string is a path
 * @throws {TraceError} while iterating, at a header of another format or version. Errors of the source come as they are.
 * @example
 * const reading = readTrace("run.jsonl.gz");
 * for await (const event of reading) if (event.op === "a") total += event.size;
 * if (reading.problems.count > 0) console.warn(reading.problems.list);
 */
export function readTrace(source: TraceSource, options: ReadTraceOptions = {}): TraceReading {
  return new Reading(source, options);
}

/** Reads a whole trace into memory. See {@link readTrace}. @throws {TraceError} as it does */
export async function loadTrace(source: TraceSource, options: ReadTraceOptions = {}): Promise<Trace> {
  const events: TraceEvent[] = [];
  const parser = new TraceParser((event) => events.push(event), options);
  await parseChunks(source, parser);
  return { header: parser.header, events, problems: parser.problems };
}

/**
 * Reads a whole trace that is in memory already: its text, or its bytes, compressed or not.
 *
 * @throws {TraceError} at a header of another format or version
 */
export function parseTrace(trace: string | ArrayBuffer | ArrayBufferView, options: ReadTraceOptions = {}): Trace {
  const events: TraceEvent[] = [];
  const parser = new TraceParser((event) => events.push(event), options);
  if (typeof trace === "string") parser.pushText(trace);
  else if (trace instanceof ArrayBuffer) parser.push(new Uint8Array(trace));
  else if (ArrayBuffer.isView(trace)) parser.push(new Uint8Array(trace.buffer, trace.byteOffset, trace.byteLength));
  else throw new TraceError(`parseTrace takes text or bytes, not ${describe(trace)}. Use loadTrace for the rest.`);
  parser.end();
  return { header: parser.header, events, problems: parser.problems };
}

/** Reads a source to its end, giving each event with its line to `onEvent`. Internal: for those who need the lines. */
export async function scanTrace(
  source: TraceSource,
  onEvent: EventSink,
  options: ReadTraceOptions = {},
): Promise<TraceParser> {
  const parser = new TraceParser(onEvent, options);
  await parseChunks(source, parser);
  return parser;
}

async function parseChunks(source: TraceSource, parser: TraceParser): Promise<void> {
  for await (const chunk of chunksOf(source)) pushChunk(parser, chunk);
  parser.end();
}

function pushChunk(parser: TraceParser, chunk: Uint8Array | string): void {
  if (typeof chunk === "string") parser.pushText(chunk);
  else if (ArrayBuffer.isView(chunk)) parser.push(chunk);
  else throw new TraceError(`A chunk of a trace is ${describe(chunk)}. Give Uint8Arrays, or text.`);
}

class Reading implements TraceReading {
  readonly #source: TraceSource;
  readonly #parser: TraceParser;
  #batch: TraceEvent[] = [];
  #isBegun = false;

  constructor(source: TraceSource, options: ReadTraceOptions) {
    this.#source = source;
    this.#parser = new TraceParser((event) => this.#batch.push(event), options);
  }

  get header(): TraceHeader | undefined {
    return this.#parser.header;
  }

  get problems(): TraceProblems {
    return this.#parser.problems;
  }

  async *batches(): AsyncGenerator<readonly TraceEvent[]> {
    if (this.#isBegun)
      throw new TraceError("A trace is iterated once. Call readTrace again, or keep what loadTrace gives.");
    this.#isBegun = true;
    for await (const chunk of chunksOf(this.#source)) {
      pushChunk(this.#parser, chunk);
      if (this.#batch.length > 0) yield this.#taken();
    }
    this.#parser.end();
    if (this.#batch.length > 0) yield this.#taken();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TraceEvent> {
    for await (const batch of this.batches()) yield* batch;
  }

  #taken(): TraceEvent[] {
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }
}
