import type { TBlob } from "../../blob/tblob.ts";
import type { TensorDesc } from "../../blob/tensor-desc.ts";
import type { BlobMap } from "../onnxruntime/check-blobs.ts";
import { blobOf } from "../onnxruntime/check-blobs.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";

/**
 * The blobs of the last run of a session. Most runs bring the same ones, in the same shapes, and checking those takes as
 * long as a tiny model.
 */
export class SeenBlobs {
  readonly #infos: readonly OnnxTensorInfo[];
  readonly #inputs: number;
  /** Weakly, so that a session keeps no blob of a caller's. */
  readonly #blobs: (WeakRef<TBlob> | undefined)[] = [];
  readonly #descs: (TensorDesc | undefined)[] = [];
  #key: string | undefined;

  constructor(inputs: readonly OnnxTensorInfo[], outputs: readonly OnnxTensorInfo[]) {
    this.#infos = [...inputs, ...outputs];
    this.#inputs = inputs.length;
  }

  /** The key of their run, as long as the next one is asked to be the same kind. */
  get key(): string | undefined {
    return this.#key;
  }

  /** Whether the blobs are those that were remembered, unchanged. If not, they are forgotten. */
  fits(inputs: BlobMap, outputs: BlobMap): boolean {
    if (this.#key === undefined) return false;
    if (this.#areSame(inputs, outputs)) return true;
    this.#key = undefined;
    return false;
  }

  /** Blobs that were checked, in the order of the model. */
  remember(blobs: readonly (TBlob | undefined)[], key: string): void {
    for (let i = 0; i < blobs.length; i++) {
      const blob = blobs[i];
      if (blob === undefined || this.#blobs[i]?.deref() !== blob) this.#blobs[i] = blob && new WeakRef(blob);
      this.#descs[i] = blob?.desc;
    }
    this.#key = key;
  }

  #areSame(inputs: BlobMap, outputs: BlobMap): boolean {
    if (typeof inputs !== "object" || inputs === null || typeof outputs !== "object" || outputs === null) return false;
    let given = 0;
    for (let i = 0; i < this.#infos.length; i++) {
      const blob = blobOf(i < this.#inputs ? inputs : outputs, this.#infos[i]!.name);
      if (blob === undefined) {
        // A blob that was collected is not one that was never given.
        if (this.#blobs[i] !== undefined) return false;
        continue;
      }
      if (blob !== this.#blobs[i]?.deref()) return false;
      if (blob.desc !== this.#descs[i] || !blob.isAllocated) return false;
      given++;
    }
    return given === count(inputs) + count(outputs);
  }
}

function count(blobs: BlobMap): number {
  let names = 0;
  for (const name in blobs) if (Object.hasOwn(blobs, name)) names++;
  return names;
}
