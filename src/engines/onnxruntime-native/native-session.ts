import type { IAllocator } from "../../allocator.ts";
import { TBlob } from "../../blob/tblob.ts";
import type { TensorDesc } from "../../blob/tensor-desc.ts";
import { EngineError, describe } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";
import { NativeWords } from "../../platform/native-words.ts";
import { leaveAsyncRun, enterAsyncRun } from "./exit-guard.ts";
import { checkBlobs } from "../onnxruntime/check-blobs.ts";
import type { BlobMap } from "../onnxruntime/check-blobs.ts";
import { runError } from "../onnxruntime/run-error.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";
import { BlobLocks } from "./blob-locks.ts";
import { BoundTensor } from "./bound-tensor.ts";
import type { EngineBlock } from "./engine-block.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { modelInfo } from "./model-info.ts";
import { NativeNames } from "./native-names.ts";
import { check, messageOf } from "./ort-api.ts";
import type { Pointer, Status } from "./ort-api.ts";
import type { OrtLibrary } from "./ort-library.ts";
import type { RecordedRun } from "./recorded-run.ts";
import type { RunBook, SavedRuns } from "./run-book.ts";
import { SeenBlobs } from "./seen-blobs.ts";
import { ValueDesc } from "./value-desc.ts";

/** What a session did so far. */
export interface NativeReport {
  /** Runs that ended, whether well or not. */
  readonly runs: number;
  /** Runs that kept to a recorded run from the first allocation to the last: one block, no callback. */
  readonly plannedRuns: number;
  /** Runs that left the recorded run of their shapes. */
  readonly divergences: number;
  /** Bytes of the block of the last planned run, and the least that any plan of it could have. */
  readonly plannedBytes: number;
  readonly lowerBoundBytes: number;
  /** Blocks that the allocator gave for planned runs: one for each, and one more for each output that has a block of its own. */
  readonly plannedBlocks: number;
  /** Blocks that the allocator gave when the engine asked for them one by one: weights, and runs that were not planned. */
  readonly servedBlocks: number;
  /** Bytes handed out from outside of the allocator after it had refused, until the engine stopped. */
  readonly spilledBytes: number;
  /** Outputs that had to be copied, since the engine returned memory that is not theirs alone. */
  readonly copiedOutputs: number;
}

/** What a session is made of. */
export interface SessionParts {
  readonly library: OrtLibrary;
  readonly session: Pointer;
  readonly memory: EngineMemory;
  readonly allocator: IAllocator;
  readonly book: RunBook;
  readonly isPlanned: boolean;
}

/**
 * A model in ONNX Runtime, all of whose tensors are in blocks of one allocator. Made by `createSession`.
 *
 * Inputs are read where they lie. Outputs are blobs over the blocks that the engine wrote, or are written to the blobs that
 * are given for them; nothing is copied. From the second run of the same shapes on, the run is planned: it takes one block
 * of the allocator, in which every tensor has a place that was worked out from the run before.
 *
 * One run at a time: asynchronous ones queue up. A session must be disposed of, since the collector does not see what is
 * behind it.
 */
export class NativeSession implements AsyncDisposable {
  /** What the model takes and gives, in its order. */
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  /** Where all memory comes from. */
  readonly allocator: IAllocator;

  readonly #library: OrtLibrary;
  readonly #session: Pointer;
  readonly #memory: EngineMemory;
  readonly #book: RunBook;
  readonly #isPlanned: boolean;
  readonly #inputNames: NativeNames;
  readonly #outputNames: NativeNames;
  readonly #boundInputs: readonly BoundTensor[];
  readonly #boundOutputs: readonly BoundTensor[];
  readonly #valueDescs: readonly ValueDesc[];
  /** The values of a run, inputs first. */
  readonly #values: NativeWords;

  /** The blobs of the last run, which need not be looked at again. */
  readonly #seen: SeenBlobs;

  /** The last of the queued runs; it never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  /** Runs that are queued or under way. */
  #pending = 0;
  /** Releases the session; set when somebody waits for it. */
  #whenIdle: (() => void) | undefined;
  #disposal: Promise<void> | undefined;
  /** The run under way: what it replays, or records. */
  #known: RecordedRun | undefined;
  #isReplaying = false;
  /** The block that outputs of the last planned run may still be in. */
  #lastBlock: EngineBlock | undefined;
  #keepsOutputs = false;
  #runs = 0;
  #plannedRuns = 0;
  #divergences = 0;
  #plannedBytes = 0;
  #lowerBoundBytes = 0;
  #copiedOutputs = 0;

  /**
   * @internal Use `createSession`. The parts belong to this object from here on, unless it throws.
   *
   * @throws {EngineError} when no blob can hold one of the inputs or outputs
   */
  constructor({ library, session, memory, allocator, book, isPlanned }: SessionParts) {
    this.inputs = modelInfo(library, session, "input");
    this.outputs = modelInfo(library, session, "output");
    this.allocator = allocator;
    this.#library = library;
    this.#session = session;
    this.#memory = memory;
    this.#book = book;
    this.#isPlanned = isPlanned;
    this.#inputNames = new NativeNames(this.inputNames);
    this.#outputNames = new NativeNames(this.outputNames);
    this.#boundInputs = this.inputs.map((info) => new BoundTensor(library, info));
    this.#boundOutputs = this.outputs.map((info) => new BoundTensor(library, info));
    this.#valueDescs = this.outputs.map((info) => new ValueDesc(library, info));
    this.#seen = new SeenBlobs(this.inputs, this.outputs);
    this.#values = new NativeWords(this.inputs.length + this.outputs.length);
  }

  get inputNames(): readonly string[] {
    return this.inputs.map(({ name }) => name);
  }

  get outputNames(): readonly string[] {
    return this.outputs.map(({ name }) => name);
  }

  /**
   * Runs the model once, on this thread.
   *
   * @param inputs a blob for every input of the model
   * @param outputs blobs to write outputs to, for any of the outputs; after an error their contents are unspecified
   * @returns a blob for every output: the given one, else a new one, which the caller disposes of
   * @throws {EngineError} before anything ran, when names, precisions, dims or layouts do not fit, a blob holds no memory, an
   *   output shares bytes with another blob, or a run of this session is under way; after it, with ONNX Runtime's own error
   *   as `cause`
   * @throws {OutOfMemoryError} the allocator's own, when it refused a block. The session and its blobs stay usable
   */
  run(inputs: BlobMap, outputs: BlobMap = {}): Record<string, TBlob> {
    const locks = this.#lock(inputs, outputs);
    if (this.#pending > 0) {
      locks.abandon();
      throw new EngineError("A run of this session is under way. Await it first, or use runAsync, which queues.");
    }
    this.#pending++;
    try {
      this.#begin(locks);
      return this.#unlock(locks, this.#finish(locks, this.#callHere()));
    } catch (error) {
      locks.abandon();
      throw error;
    } finally {
      this.#leave();
    }
  }

  /**
   * The same on another thread; this one stays free. Every blob is locked from this call until the promise settles: do not
   * write to an input before then. Runs of one session queue up; runs of several go on side by side.
   *
   * Rejects with what {@link run} throws.
   */
  async runAsync(inputs: BlobMap, outputs: BlobMap = {}): Promise<Record<string, TBlob>> {
    const locks = this.#lock(inputs, outputs);
    const isFirst = this.#pending++ === 0;
    const before = this.#tail;
    // In place before the run begins: an allocator that it calls may ask for the next one.
    let end!: () => void;
    this.#tail = new Promise<void>((resolve) => {
      end = resolve;
    });
    const result = isFirst ? this.#runElsewhere(locks) : before.then(() => this.#runElsewhere(locks));
    void this.#settled(result, end);
    return result;
  }

  /** What the session did so far. */
  report(): NativeReport {
    return {
      runs: this.#runs,
      plannedRuns: this.#plannedRuns,
      divergences: this.#divergences,
      plannedBytes: this.#plannedBytes,
      lowerBoundBytes: this.#lowerBoundBytes,
      plannedBlocks: this.#memory.plannedBlocks,
      servedBlocks: this.#memory.servedBlocks,
      spilledBytes: this.#memory.spilledBytes,
      copiedOutputs: this.#copiedOutputs,
    };
  }

  /** The recorded runs, to be kept beside the model as JSON and given to `createSession`: then first runs are planned too. */
  savedRuns(): SavedRuns {
    return this.#book.save();
  }

  /** Waits for the runs that were asked for, then releases the model. Does nothing the second time. Blobs are not touched. */
  dispose(): Promise<void> {
    this.#disposal ??= new Promise((resolve) => {
      this.#whenIdle = () => resolve(this.#release());
      if (this.#pending === 0) this.#whenIdle();
    });
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #release(): void {
    const { api } = this.#library;
    for (const tensor of [...this.#boundInputs, ...this.#boundOutputs]) tensor.release();
    api.ReleaseSession(this.#session);
    this.#memory.dispose();
  }

  #lock(inputs: BlobMap, outputs: BlobMap): BlobLocks {
    if (this.#disposal !== undefined) {
      throw new EngineError("This session was disposed of. Make another one with createSession.");
    }
    if (!this.#seen.fits(inputs, outputs)) {
      checkBlobs("input", this.inputs, inputs);
      checkBlobs("output", this.outputs, outputs);
    }
    return new BlobLocks(this, inputs, outputs, this.#seen);
  }

  async #runElsewhere(locks: BlobLocks): Promise<Record<string, TBlob>> {
    try {
      this.#begin(locks);
      return this.#unlock(locks, this.#finish(locks, await this.#callElsewhere()));
    } catch (error) {
      locks.abandon();
      throw error;
    }
  }

  /** Ends the locks of a run that went well. Where that fails, nobody gets the outputs, so new ones go back. */
  #unlock(locks: BlobLocks, outputs: Record<string, TBlob>): Record<string, TBlob> {
    try {
      locks.release();
    } catch (error) {
      for (const blob of Object.values(outputs)) if (!locks.blobs.includes(blob)) blob.deallocate();
      throw error;
    }
    return outputs;
  }

  /** When a run has ended, well or not. */
  async #settled(run: Promise<unknown>, end: () => void): Promise<void> {
    await Promise.allSettled([run]);
    this.#leave();
    end();
  }

  /** A run has ended. An allocator may have asked to dispose of the session meanwhile, from within one of its methods. */
  #leave(): void {
    if (--this.#pending === 0) this.#whenIdle?.();
  }

  #callHere(): Status {
    const values = this.#values;
    const count = this.inputs.length;
    // Not through #arguments: a list for each run is garbage that shows with tiny models.
    return this.#library.api.Run(
      this.#session,
      this.#memory.runOptions,
      this.#inputNames.address,
      values.address,
      count,
      this.#outputNames.address,
      this.outputs.length,
      values.addressAt(count),
    );
  }

  async #callElsewhere(): Promise<Status> {
    enterAsyncRun();
    try {
      return await new Promise<Status>((resolve, reject) => {
        this.#library.api.Run.async(...this.#arguments(), (error: unknown, status: Status) => {
          if (error === null || error === undefined) resolve(status);
          else reject(error instanceof Error ? error : new EngineError(`koffi refused the call: ${describe(error)}`));
        });
      });
    } catch (error) {
      // The engine was not called: koffi has too many calls under way, for example.
      this.#memory.endReplay();
      this.#memory.end();
      throw error;
    } finally {
      leaveAsyncRun();
    }
  }

  #arguments(): number[] {
    const values = this.#values;
    const count = this.inputs.length;
    const { runOptions } = this.#memory;
    const names = [this.#inputNames.address, values.address, count, this.#outputNames.address, this.outputs.length];
    return [this.#session, runOptions, ...names, values.addressAt(count)];
  }

  /** Binds the blobs, and readies the memory. Nothing is to be undone when it throws. */
  #begin(locks: BlobLocks): void {
    const values = this.#values;
    const count = this.inputs.length;
    for (let i = 0; i < count; i++) {
      const { address, desc } = locks.inputs[i]!;
      values.set(i, this.#boundInputs[i]!.valueOver(address, desc));
    }
    for (let i = 0; i < locks.outputs.length; i++) {
      const output = locks.outputs[i];
      const value = output === undefined ? 0 : this.#boundOutputs[i]!.valueOver(output.address, output.desc);
      values.set(count + i, value);
    }
    if (this.#lastBlock?.isShared === true) this.#keepsOutputs = true;
    this.#lastBlock = undefined;
    const known = this.#isPlanned ? this.#book.find(locks.key) : undefined;
    this.#isReplaying = known?.isKnown === true;
    this.#known = known;
    this.#memory.begin(this.#isReplaying ? known : undefined, known?.wantsRecord === true, this.#keepsOutputs);
  }

  #finish(locks: BlobLocks, status: Status): Record<string, TBlob> {
    const { api } = this.#library;
    const memory = this.#memory;
    this.#runs++;
    const isOnPlan = memory.endReplay();
    const { replayed } = memory;
    const blobs: TBlob[] = [];
    let failure: { readonly error: unknown } | undefined;
    try {
      if (status === 0 && !memory.hasFailed) this.#collect(locks, blobs);
    } catch (error) {
      failure = { error };
    }
    for (let i = 0; i < this.outputs.length; i++) {
      const value = this.#values.get(this.inputs.length + i);
      if (locks.outputs[i] === undefined && value !== 0) api.ReleaseValue(value);
    }
    const refused = memory.end();
    failure ??= refused;
    const message = status === 0 ? undefined : messageOf(api, status);
    if (message !== undefined) {
      failure ??= { error: runError(new Error(message), [...this.inputNames, ...this.outputNames]) };
    }
    if (replayed !== undefined) this.#count(replayed, isOnPlan, failure === undefined);
    else if (memory.isInDoubt && failure === undefined) this.#known!.miss();
    if (failure !== undefined) {
      for (const [i, blob] of blobs.entries()) if (locks.blobs[i] === undefined) blob.deallocate();
      throw failure.error;
    }
    this.#learn();
    const result: Record<string, TBlob> = {};
    for (let i = 0; i < blobs.length; i++) defineBlob(result, this.outputs[i]!.name, blobs[i]!);
    return result;
  }

  #count(
    { height, lowerBound, block }: { height: number; lowerBound: number; block: EngineBlock },
    isOnPlan: boolean,
    isWell: boolean,
  ): void {
    this.#plannedBytes = height;
    this.#lowerBoundBytes = lowerBound;
    this.#lastBlock = block;
    if (isOnPlan) {
      this.#known!.prove();
      this.#plannedRuns++;
      return;
    }
    // A run that was broken off says nothing about its record.
    if (!isWell) return;
    this.#divergences++;
    this.#known!.miss();
  }

  #learn(): void {
    if (this.#isReplaying || this.#known?.wantsRecord !== true) return;
    const recorded = this.#memory.recorded();
    if (recorded === undefined) this.#known.reject();
    else this.#known.know(recorded.events, recorded.outputSteps);
  }

  /** Makes the blobs of all outputs. */
  #collect(locks: BlobLocks, blobs: TBlob[]): void {
    for (let i = 0; i < this.outputs.length; i++) {
      const info = this.outputs[i]!;
      blobs.push(locks.blobs[i] ?? this.#blobOf(info, i));
    }
  }

  #blobOf(info: OnnxTensorInfo, index: number): TBlob {
    const { api, scratch } = this.#library;
    const value = this.#values.get(this.inputs.length + index);
    const desc = this.#valueDescs[index]!.read(value);
    check(api, api.GetTensorMutableData(value, scratch.address), `find the output "${info.name}"`);
    const address = scratch.get(0);
    const place = desc.byteSize === 0 ? undefined : this.#memory.takeOutput(address, desc.byteSize);
    if (place === undefined) return this.#copyOf(desc, address);
    return place.block.blobOver(desc, place.byteOffset);
  }

  /** A blob of its own for an output that is a weight, an input, or the same memory as another output. */
  #copyOf(desc: TensorDesc, address: Pointer): TBlob {
    const blob = new TBlob(desc, this.allocator);
    blob.allocate();
    if (desc.byteSize === 0) return blob;
    const map = blob.wmap();
    map.bytes.set(new Uint8Array(loadKoffi()!.view(address, desc.byteSize)));
    map.dispose();
    this.#copiedOutputs++;
    return blob;
  }
}

/** So that an output called "__proto__" is one, too. */
function defineBlob(blobs: Record<string, TBlob>, name: string, blob: TBlob): void {
  if (name !== "__proto__") blobs[name] = blob;
  else Object.defineProperty(blobs, name, { value: blob, enumerable: true, configurable: true, writable: true });
}
