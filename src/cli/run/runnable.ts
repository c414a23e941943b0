import type { TensorFacts } from "./run-task.ts";

/** What the outputs of a run were. */
export interface RunOutputs {
  readonly facts: readonly TensorFacts[];
  /** SHA-256 of all their bytes. */
  readonly digest: string;
}

/** A model that is loaded, with its inputs, in one kind of memory. */
export interface Runnable {
  /** Runs it once; the outputs are there until {@link release}. */
  run(): void | Promise<void>;
  read(): RunOutputs;
  /** Gives the outputs of the last run back. */
  release(): void;
}
