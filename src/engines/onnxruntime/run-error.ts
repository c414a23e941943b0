import { EngineError } from "../../errors.ts";

/** A preallocated output that has other dims than the run computes. Dims as ONNX Runtime prints them: `{1,40}`. */
export interface OutputMismatch {
  readonly name: string;
  readonly given: string;
  readonly computed: string;
}

const MISMATCH = /output OrtValue provided for output '(.*?)' .*has shape (\{.*?\}) but the computed .*? is (\{.*?\})/s;

/** Reads ONNX Runtime's error about a preallocated output; `undefined` for every other error. */
export function outputMismatch(cause: unknown): OutputMismatch | undefined {
  const [, name, given, computed] = MISMATCH.exec(messageOf(cause)) ?? [];
  if (name === undefined || given === undefined || computed === undefined) return undefined;
  return { name, given, computed };
}

/** The error of a run that ONNX Runtime broke off, with the tensor it is about where the message says so. */
export function runError(cause: unknown, names: readonly string[]): EngineError {
  const mismatch = outputMismatch(cause);
  if (mismatch !== undefined) {
    const { name, given, computed } = mismatch;
    const message =
      `The blob for the output "${name}" has the dims ${given}, but this run computes ${computed}. ` +
      "Give it those dims with setShape, or leave it out and take the blob that run returns.";
    return new EngineError(message, name, { cause });
  }
  const reason = messageOf(cause).trim().replaceAll(/\s+/g, " ");
  const tensor = names.find((name) => reason.includes(`'${name}'`) || reason.includes(`put: ${name} `));
  const message = `ONNX Runtime broke the run off: ${reason} Check the dims of the inputs against the model.`;
  return new EngineError(message, tensor, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
