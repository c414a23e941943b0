import type { InferenceSession } from "onnxruntime-node";
import type { IAllocator } from "../../allocator.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { EngineError } from "../../errors.ts";
import { blobOf, checkBlobs } from "./check-blobs.ts";
import type { BlobMap } from "./check-blobs.ts";
import { CopyCounter } from "./copy-counter.ts";
import { outputMismatch, runError } from "./run-error.ts";
import { Run } from "./run.ts";
import type { RunContext } from "./run.ts";
import { fixedDims, tensorInfo } from "./tensor-info.ts";
import type { OnnxTensorInfo } from "./tensor-info.ts";

/**
 * A model loaded by onnxruntime-node, run on blobs. Made by `createSession`.
 *
 * Inputs are read where they lie. An output is written where it lies when the caller gives a blob for it or the model
 * fixes its dims; else ONNX Runtime allocates it, and it is copied to a new blob of the session's allocator. In both cases
 * onnxruntime-node makes a copy of its own of every output, which its API does not let one turn off: `copies` counts it.
 * Blobs over a SharedArrayBuffer are copied where the runtime refuses them, as Node.js 20 does.
 */
export class OnnxSession implements AsyncDisposable {
  /** What the model takes and gives, in its order. */
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  /** Where outputs and staging blocks come from. */
  readonly allocator: IAllocator;

  readonly #session: InferenceSession;
  readonly #context: RunContext;
  readonly #copies: CopyCounter = new CopyCounter();
  readonly #running: Set<Promise<unknown>> = new Set();
  /** Outputs whose declared dims turned out to be wrong. */
  readonly #misdeclared: Set<string> = new Set();
  #disposal: Promise<void> | undefined;

  /**
   * @internal Use `createSession`. The session of onnxruntime-node belongs to this object from here on.
   *
   * @throws {EngineError} when an input or output is of a kind that no blob holds
   */
  constructor(session: InferenceSession, context: Omit<RunContext, "copies">) {
    this.inputs = Object.freeze(session.inputMetadata.map((metadata) => tensorInfo("input", metadata)));
    this.outputs = Object.freeze(session.outputMetadata.map((metadata) => tensorInfo("output", metadata)));
    this.allocator = context.allocator;
    this.#session = session;
    this.#context = { ...context, copies: this.#copies };
  }

  get inputNames(): readonly string[] {
    return this.inputs.map(({ name }) => name);
  }

  get outputNames(): readonly string[] {
    return this.outputs.map(({ name }) => name);
  }

  /** Copies of inputs and outputs so far, ours and onnxruntime-node's together. */
  get copies(): number {
    return this.#copies.count;
  }

  /** Bytes of those copies. */
  get copiedBytes(): number {
    return this.#copies.bytes;
  }

  /**
   * Runs the model once.
   *
   * Every blob stays locked, inputs for reading and outputs for writing, until the promise settles: ONNX Runtime touches
   * them after this call has returned. Do not write to an input before then. The model itself runs on this thread.
   *
   * @param inputs a blob for every input of the model
   * @param outputs blobs to write outputs to, for any of the outputs; after an error their contents are unspecified
   * @returns a blob for every output: the given one, else a new one, which the caller disposes of
   * @throws {EngineError} before anything ran, when names, precisions, dims or layouts do not fit, a blob holds no memory,
   *   or an output shares bytes with another blob; after it, with ONNX Runtime's own error as `cause`
   * @throws {OutOfMemoryError} when the allocator cannot hold an output
   */
  async run(inputs: BlobMap, outputs: BlobMap = {}): Promise<Record<string, TBlob>> {
    if (this.#disposal !== undefined) {
      throw new EngineError("This session was disposed of. Make another one with createSession.");
    }
    checkBlobs("input", this.inputs, inputs);
    checkBlobs("output", this.outputs, outputs);
    const running = this.#run(inputs, outputs);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits for the runs under way, then releases the model. Does nothing the second time. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#session.release();
  }

  async #run(inputs: BlobMap, outputs: BlobMap): Promise<Record<string, TBlob>> {
    const run = new Run(this.#context);
    try {
      for (const { name } of this.inputs) run.addInput(name, blobOf(inputs, name)!);
      for (const info of this.outputs) {
        const given = blobOf(outputs, info.name);
        if (given !== undefined) run.addOutput(info.name, given);
        else run.addNewOutput(info, this.#misdeclared.has(info.name) ? null : fixedDims(info));
      }
      return run.finish(this.outputs, await this.#execute(run));
    } catch (error) {
      run.abandon();
      const mismatch = error instanceof EngineError ? outputMismatch(error.cause) : undefined;
      if (mismatch === undefined || !run.made(mismatch.name)) throw error;
      // The model computes other dims than it declares, and the blob was made for those. Let ONNX Runtime allocate it.
      this.#misdeclared.add(mismatch.name);
      return await this.#run(inputs, outputs);
    }
  }

  async #execute({ feeds, fetches }: Run): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await this.#session.run(feeds, fetches);
    } catch (cause) {
      throw runError(cause, [...this.inputNames, ...this.outputNames]);
    }
  }
}
