import { TensorHeapError } from "../errors.ts";

/** Where a {@link TraceError} is, and what caused it. */
export interface TraceErrorOptions extends ErrorOptions {
  /** Counted from 1. */
  readonly line?: number;
}

/** A trace that cannot be read at all, or cannot be written. What is damaged in parts is a `TraceProblem` instead. */
export class TraceError extends TensorHeapError {
  readonly code = "ERR_TRACE";
  /** The line it is about, counted from 1, where it is about one. */
  readonly line: number | undefined;

  constructor(message: string, options: TraceErrorOptions = {}) {
    super(options.line === undefined ? message : `Trace line ${options.line}: ${message}`, options);
    this.line = options.line;
  }
}
