import { printable } from "./printable.ts";

/**
 * What can be wrong with a trace. The first eight are found by reading; such lines are skipped. The others are rules of
 * meaning, which `validateTrace` checks.
 */
export type TraceProblemKind =
  /** A line that is no JSON. */
  | "not-json"
  /** A line that is no event: no object, no `op`, or a field that is missing or of the wrong type. */
  | "not-an-event"
  /** The last line has no end: the writer was killed, or the file was cut. */
  | "cut-line"
  /** A line of more than `maxLineLength` characters. */
  | "long-line"
  /** A header that is not the first line: two traces in one file. */
  | "late-header"
  /** The compressed data ends in the middle. */
  | "gzip-cut"
  /** The compressed data is damaged; nothing is read after the damage. */
  | "gzip-damaged"
  /** Nothing in it: not one line. */
  | "empty"
  /** `f`, `l` or `u` of an id that is not alive. */
  | "unknown-id"
  /** `a` of an id that is alive. */
  | "live-id"
  /** `u` of a block that is not locked. */
  | "not-locked"
  /** `f` of a block that is locked. */
  | "freed-locked"
  /** `f` with another size than its `a`. */
  | "size-differs"
  /** `t` below that of the line before. */
  | "time-backwards";

/** One thing that is wrong with a trace. */
export interface TraceProblem {
  readonly kind: TraceProblemKind;
  /** Counted from 1; 0 when it is about the file as a whole. */
  readonly line: number;
  /** A sentence that says what, with the numbers, and without the line. Control characters of the trace are replaced. */
  readonly message: string;
}

/** What was wrong with a trace: all of it is counted, the first problems are kept. */
export interface TraceProblems {
  /** The first problems, in the order they were found; bounded, but what is about the whole file is always there. */
  readonly list: readonly TraceProblem[];
  /** All problems. */
  readonly count: number;
  /** Lines with an `op` that is not known: not wrong, and skipped. */
  readonly unknownOps: number;
}

/** Collects {@link TraceProblems}. */
export class ProblemList implements TraceProblems {
  readonly list: TraceProblem[] = [];
  count = 0;
  unknownOps = 0;
  readonly #most: number;

  /** @param most how many are kept */
  constructor(most: number = 100) {
    this.#most = most;
  }

  add(kind: TraceProblemKind, line: number, message: string): void {
    this.count++;
    // What is about the file as a whole comes once, and explains the rest.
    if (this.list.length < this.#most || line === 0) {
      this.list.push({ kind, line, message: printable(message) });
    }
  }
}
