import { TensorHeapError } from "../errors.ts";

/** Where a {@link PlanError} was found. */
export interface PlanErrorPlace {
  /** Index in `problem.buffers`, where it is about one buffer. */
  readonly index?: number;
  /** Line of the CSV text, from 1, where it came from one. */
  readonly line?: number;
}

/** A planning problem, an option or a CSV text that makes no sense. Nothing was planned. */
export class PlanError extends TensorHeapError {
  readonly code = "ERR_PLAN";
  /** Index in `problem.buffers`, where it is about one buffer. */
  readonly index: number | undefined;
  /** Line of the CSV text, from 1, where it came from one. */
  readonly line: number | undefined;

  constructor(message: string, place: PlanErrorPlace = {}) {
    super(message);
    this.index = place.index;
    this.line = place.line;
  }
}
