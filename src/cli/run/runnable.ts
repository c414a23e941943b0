import type { TBlob } from "../../blob/tblob.ts";
import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
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

/** A model whose tensors are in memory that is not ours; its inputs are blobs of ours. */
export interface ForeignRunnable extends Runnable {
  readonly inputs: readonly OnnxTensorInfo[];
  /** Of ONNX Runtime. */
  readonly version: string;
  /** Gives it the inputs of the runs from here on. They stay locked. */
  bind(blobs: Readonly<Record<string, TBlob>>): void;
  /** Bytes that its memory holds for weights and tensors, by its own statistics; null where it has none. */
  heldBytes(): number | null;
}
