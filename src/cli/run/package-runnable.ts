import { createRequire } from "node:module";
import type { InferenceSession, OnnxValue } from "onnxruntime-node";
import type { ReadonlyLockedMemory } from "../../blob/locked-memory.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { elementTypeOf } from "../../engines/onnxruntime/element-types.ts";
import { loadOnnxRuntime } from "../../engines/onnxruntime/load-onnxruntime.ts";
import type { OnnxRuntime } from "../../engines/onnxruntime/load-onnxruntime.ts";
import { tensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { EngineError } from "../../errors.ts";
import { digestOutputs } from "./digest-outputs.ts";
import type { ForeignRunnable, RunOutputs } from "./runnable.ts";

/** A model as the package onnxruntime-node runs it: awaited, its outputs copied into fresh arrays. */
export class PackageRunnable implements ForeignRunnable {
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  readonly version: string;
  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  readonly #maps: ReadonlyLockedMemory[] = [];
  readonly #feeds: Record<string, OnnxValue> = {};
  #results: InferenceSession.OnnxValueMapType = {};

  private constructor(ort: OnnxRuntime, session: InferenceSession) {
    this.#ort = ort;
    this.#session = session;
    this.version = ort.env.versions.node ?? ort.env.versions.common;
    this.inputs = session.inputMetadata.map((metadata) => tensorInfo("input", metadata));
    this.outputs = session.outputMetadata.map((metadata) => tensorInfo("output", metadata));
  }

  /** @throws {EngineError} when the package is missing, or the model has what it cannot hand over */
  static async load(model: string, threads: number): Promise<PackageRunnable> {
    // By require, which also looks where NODE_PATH says.
    const require = createRequire(import.meta.url);
    const ort = await loadOnnxRuntime(() => Promise.resolve(require("onnxruntime-node") as OnnxRuntime));
    const options = threads === 0 ? {} : { intraOpNumThreads: threads };
    return new PackageRunnable(ort, await ort.InferenceSession.create(model, options));
  }

  bind(blobs: Readonly<Record<string, TBlob>>): void {
    for (const { name, precision } of this.inputs) {
      const { dims } = blobs[name]!.desc;
      const type = elementTypeOf(precision);
      if (type === undefined) throw new EngineError(`onnxruntime-node does not take ${precision}. Leave it out.`, name);
      const map = blobs[name]!.rmap();
      this.#maps.push(map);
      this.#feeds[name] = new this.#ort.Tensor(type as "float32", map.data as unknown as Float32Array, [...dims]);
    }
  }

  async run(): Promise<void> {
    this.#results = await this.#session.run(this.#feeds);
  }

  read(): RunOutputs {
    return digestOutputs(
      this.outputs.map(({ name, precision }) => {
        const { dims, data } = this.#results[name] as { readonly dims: readonly number[]; readonly data: unknown };
        const { buffer, byteOffset, byteLength } = data as Uint8Array;
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        return { facts: { name, precision, dims, byteSize: byteLength }, bytes };
      }),
    );
  }

  /** What its arena holds, it does not tell. */
  heldBytes(): null {
    return null;
  }

  release(): void {
    this.#results = {};
  }
}
