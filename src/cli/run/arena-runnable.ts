import type { ReadonlyLockedMemory } from "../../blob/locked-memory.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { BoundTensor } from "../../engines/onnxruntime-native/bound-tensor.ts";
import { modelInfo } from "../../engines/onnxruntime-native/model-info.ts";
import { NativeNames } from "../../engines/onnxruntime-native/native-names.ts";
import { check, messageOf } from "../../engines/onnxruntime-native/ort-api.ts";
import type { Pointer } from "../../engines/onnxruntime-native/ort-api.ts";
import type { OrtLibrary } from "../../engines/onnxruntime-native/ort-library.ts";
import { ValueDesc } from "../../engines/onnxruntime-native/value-desc.ts";
import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { EngineError } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";
import { addressOf } from "../../platform/native-address.ts";
import { NativeWords } from "../../platform/native-words.ts";
import { arenaBytes } from "./arena-bytes.ts";
import { digestOutputs } from "./digest-outputs.ts";
import type { ForeignRunnable, RunOutputs } from "./runnable.ts";

/** A model whose tensors are in the engine's own memory, through the same C API. Inputs are read where they lie. */
export class ArenaRunnable implements ForeignRunnable {
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  readonly version: string;
  readonly #library: OrtLibrary;
  readonly #session: Pointer;
  readonly #inputNames: NativeNames;
  readonly #outputNames: NativeNames;
  readonly #descs: readonly ValueDesc[];
  readonly #values: NativeWords;
  readonly #bound: readonly BoundTensor[];
  #maps: readonly ReadonlyLockedMemory[] = [];
  readonly #runOptions: Pointer;

  /**
   * @param model path, or the bytes of the file
   * @throws {EngineError} when the model cannot be loaded
   */
  constructor(library: OrtLibrary, model: string | Uint8Array, threads: number, hasPattern: boolean) {
    this.#library = library;
    this.version = library.version;
    this.#session = makeSession(library, model, threads, hasPattern);
    this.inputs = modelInfo(library, this.#session, "input");
    this.outputs = modelInfo(library, this.#session, "output");
    this.#inputNames = new NativeNames(this.inputs.map(({ name }) => name));
    this.#outputNames = new NativeNames(this.outputs.map(({ name }) => name));
    this.#bound = this.inputs.map((info) => new BoundTensor(library, info));
    this.#descs = this.outputs.map((info) => new ValueDesc(library, info));
    this.#values = new NativeWords(this.inputs.length + this.outputs.length);
    const { api, scratch } = library;
    check(api, api.CreateRunOptions(scratch.address), "make options of a run");
    this.#runOptions = scratch.get(0);
  }

  bind(blobs: Readonly<Record<string, TBlob>>): void {
    const before = this.#maps;
    this.#maps = this.inputs.map(({ name }) => blobs[name]!.rmap());
    for (const [i, { name }] of this.inputs.entries()) {
      this.#values.set(i, this.#bound[i]!.valueOver(addressOf(this.#maps[i]!.bytes), blobs[name]!.desc));
    }
    for (const map of before) map.dispose();
  }

  run(): void {
    const { api } = this.#library;
    const [inputs, outputs] = [this.inputs.length, this.outputs.length];
    for (let i = 0; i < outputs; i++) this.#values.set(inputs + i, 0);
    const status = api.Run(
      this.#session,
      this.#runOptions,
      this.#inputNames.address,
      this.#values.address,
      inputs,
      this.#outputNames.address,
      outputs,
      this.#values.addressAt(inputs),
    );
    if (status !== 0) throw new EngineError(`ONNX Runtime broke the run off: ${messageOf(api, status)}`);
  }

  read(): RunOutputs {
    const { api, scratch } = this.#library;
    return digestOutputs(
      this.outputs.map(({ name, precision }, i) => {
        const value = this.#values.get(this.inputs.length + i);
        const { dims, byteSize } = this.#descs[i]!.read(value);
        check(api, api.GetTensorMutableData(value, scratch.address), `find the output "${name}"`);
        const bytes = byteSize === 0 ? new Uint8Array(0) : new Uint8Array(loadKoffi()!.view(scratch.get(0), byteSize));
        return { facts: { name, precision, dims, byteSize }, bytes };
      }),
    );
  }

  heldBytes(): number | null {
    return arenaBytes(this.#library, this.#session);
  }

  release(): void {
    for (let i = 0; i < this.outputs.length; i++) {
      this.#library.api.ReleaseValue(this.#values.get(this.inputs.length + i));
    }
  }
}

function makeSession(library: OrtLibrary, model: string | Uint8Array, threads: number, hasPattern: boolean): Pointer {
  const { api, env, scratch } = library;
  check(api, api.CreateSessionOptions(scratch.address), "make session options");
  const options = scratch.get(0);
  check(api, api.SetIntraOpNumThreads(options, threads), "set the number of threads");
  check(api, api.SetSessionLogSeverityLevel(options, 4), "set the log level");
  if (!hasPattern) check(api, api.DisableMemPattern(options), "switch its memory pattern off");
  const status =
    typeof model === "string"
      ? api.CreateSession(env, model, options, scratch.address)
      : api.CreateSessionFromArray(env, addressOf(model), model.byteLength, options, scratch.address);
  api.ReleaseSessionOptions(options);
  if (status !== 0) throw new EngineError(`ONNX Runtime cannot load the model: ${messageOf(api, status)}`);
  return scratch.get(0);
}
