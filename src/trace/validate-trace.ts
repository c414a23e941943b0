import type { TraceEvent } from "./event.ts";
import type { EventCounts } from "./event-counts.ts";
import { EventCounter } from "./event-counts.ts";
import type { TraceHeader } from "./header.ts";
import { LiveBlocks } from "./live-blocks.ts";
import type { TraceProblem, TraceProblemKind, TraceProblems } from "./problems.ts";
import { ProblemList } from "./problems.ts";
import { scanTrace } from "./read-trace.ts";
import type { ReadTraceOptions } from "./trace-parser.ts";
import { readTraceLimits } from "./trace-parser.ts";
import type { TraceSource } from "./trace-source.ts";

/** What `validateTrace` found. */
export interface TraceValidation extends EventCounts {
  /** Whether there are no problems. */
  readonly isValid: boolean;
  readonly header: TraceHeader | undefined;
  /** Those of reading and those of meaning, by line. */
  readonly problems: TraceProblems;
  /** From the first event to the last, in milliseconds. */
  readonly durationMs: number;
  /** The most bytes that were alive at once. */
  readonly peakBytes: number;
  /** What is alive at the end; not a problem by itself. */
  readonly endBytes: number;
  readonly endCount: number;
  /** How many of them are locked. */
  readonly endLocked: number;
}

/**
 * Checks a whole trace against the rules of docs/trace-format.md, in memory bounded by what is alive at once.
 *
 * @throws {TraceError} at a header of another format or version
 */
export async function validateTrace(source: TraceSource, options: ReadTraceOptions = {}): Promise<TraceValidation> {
  const { maxProblems } = readTraceLimits(options);
  const check = new MeaningCheck(maxProblems);
  const { header, problems: read } = await scanTrace(source, (event, line) => check.event(event, line), options);
  const problems: TraceProblems = {
    list: [...read.list, ...check.problems.list].sort(byLine).slice(0, maxProblems),
    count: read.count + check.problems.count,
    unknownOps: read.unknownOps,
  };
  const { counter, live } = check;
  return {
    isValid: problems.count === 0,
    header,
    problems,
    ...counter.read(),
    durationMs: check.durationMs,
    peakBytes: check.peakBytes,
    endBytes: live.bytes,
    endCount: live.blocks.size,
    endLocked: [...live.blocks.values()].filter(({ locks }) => locks > 0).length,
  };
}

class MeaningCheck {
  readonly problems: ProblemList;
  readonly live: LiveBlocks = new LiveBlocks();
  readonly counter: EventCounter = new EventCounter();
  peakBytes = 0;
  #events = 0;
  #firstTime = 0;
  #lastTime = 0;

  constructor(maxProblems: number) {
    this.problems = new ProblemList(maxProblems);
  }

  get durationMs(): number {
    return this.#lastTime - this.#firstTime;
  }

  event(event: TraceEvent, line: number): void {
    this.counter.add(event.op);
    this.#time(event.t, line);
    if (event.op !== "m") this.#block(event, line);
    this.live.apply(event, this.#events++);
    this.peakBytes = Math.max(this.peakBytes, this.live.bytes);
  }

  #time(t: number, line: number): void {
    if (this.#events === 0) this.#firstTime = t;
    else if (t < this.#lastTime) this.#add("time-backwards", line, `t is ${t}, after ${this.#lastTime}`);
    this.#lastTime = t;
  }

  #block(event: Exclude<TraceEvent, { op: "m" }>, line: number): void {
    const block = this.live.blocks.get(event.id);
    if (event.op === "a") {
      if (block === undefined) return;
      const size = `${block.size} bytes since t ${block.t}`;
      this.#add("live-id", line, `id ${event.id} is allocated and is alive already, with ${size}`);
    } else if (block === undefined) {
      const done = event.op === "f" ? "freed" : event.op === "l" ? "locked" : "unlocked";
      this.#add("unknown-id", line, `id ${event.id} is ${done} and is not alive`);
    } else if (event.op === "f") {
      if (block.locks > 0) this.#add("freed-locked", line, `id ${event.id} is freed with ${block.locks} locks on it`);
      if (event.size !== undefined && event.size !== block.size) {
        this.#add("size-differs", line, `id ${event.id} is freed with ${event.size} bytes, and has ${block.size}`);
      }
    } else if (event.op === "u" && block.locks === 0) {
      this.#add("not-locked", line, `id ${event.id} is unlocked and is not locked`);
    }
  }

  #add(kind: TraceProblemKind, line: number, message: string): void {
    this.problems.add(kind, line, message);
  }
}

/** What is about the file as a whole comes first. */
function byLine(a: TraceProblem, b: TraceProblem): number {
  return a.line - b.line;
}
