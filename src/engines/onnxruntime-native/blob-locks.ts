import type { ReadonlyLockedMemory } from "../../blob/locked-memory.ts";
import type { TBlob } from "../../blob/tblob.ts";
import type { TensorDesc } from "../../blob/tensor-desc.ts";
import { EngineError } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";
import { blobOf } from "../onnxruntime/check-blobs.ts";
import type { BlobMap } from "../onnxruntime/check-blobs.ts";
import { releaseAll, releaseQuietly } from "../onnxruntime/release-all.ts";
import type { SeenBlobs } from "./seen-blobs.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";

/** A locked blob, and where it lies. */
export interface LockedTensor {
  readonly address: number;
  readonly desc: TensorDesc;
}

/**
 * The blobs of one run, locked until {@link release}: inputs for reading, given outputs for writing. The engine knows their
 * addresses meanwhile, so the maps are what keeps the memory where it is.
 */
export class BlobLocks {
  /** In the order of the model; an output that is not given is undefined. */
  readonly inputs: LockedTensor[] = [];
  readonly outputs: (LockedTensor | undefined)[] = [];
  readonly blobs: (TBlob | undefined)[] = [];
  /** The kind of run: shapes of the inputs, and which outputs are given. */
  readonly key: string;
  /** Whoever holds these holds the locks and the memory. */
  readonly #maps: ReadonlyLockedMemory[] = [];

  /**
   * Locks blobs that were checked.
   *
   * @throws {EngineError} when memory has no address that stays, or a given output shares bytes with another blob
   * @throws {LockError} when a lock conflicts; no lock is held after an error
   */
  constructor(
    infos: { inputs: readonly OnnxTensorInfo[]; outputs: readonly OnnxTensorInfo[] },
    inputs: BlobMap,
    outputs: BlobMap,
    seen: SeenBlobs,
  ) {
    // Before a lock is asked for: the allocator may run the session meanwhile, with other blobs.
    const key = seen.key;
    try {
      for (const { name } of infos.inputs) {
        const blob = blobOf(inputs, name)!;
        this.inputs.push(this.#locate(blob.rmap(), blob.desc));
      }
      for (const { name } of infos.outputs) {
        const blob = blobOf(outputs, name);
        this.blobs.push(blob);
        this.outputs.push(blob === undefined ? undefined : this.#locate(blob.wmap(), blob.desc));
        if (blob !== undefined) this.#assertApart(infos, this.outputs.length - 1);
      }
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.key = key ?? this.#makeKey();
    if (key === undefined) {
      seen.remember([...infos.inputs.map(({ name }) => blobOf(inputs, name)), ...this.blobs], this.key);
    }
  }

  /** Ends all locks. Does nothing the second time. @throws what an allocator threw first; all of them are ended then, too */
  release(): void {
    try {
      releaseAll(this.#maps, unlock);
    } finally {
      this.#maps.length = 0;
    }
  }

  /** The same where another error is on its way already: throws nothing. */
  abandon(): void {
    releaseQuietly(this.#maps, unlock);
    this.#maps.length = 0;
  }

  #locate(map: ReadonlyLockedMemory, desc: TensorDesc): LockedTensor {
    this.#maps.push(map);
    return { address: addressOf(map.bytes), desc };
  }

  #makeKey(): string {
    const shapes = this.inputs.map(({ desc }) => `${desc.dims.join("x")};`);
    return [...shapes, ...this.outputs.map((output) => (output === undefined ? "." : "!"))].join("");
  }

  #assertApart(infos: { inputs: readonly OnnxTensorInfo[]; outputs: readonly OnnxTensorInfo[] }, index: number): void {
    const { name } = infos.outputs[index]!;
    const mine = this.outputs[index]!;
    const input = this.inputs.findIndex((tensor) => overlap(tensor, mine));
    const output = this.outputs.findIndex((tensor, i) => i !== index && tensor !== undefined && overlap(tensor, mine));
    if (input < 0 && output < 0) return;
    const other = input >= 0 ? `input "${infos.inputs[input]!.name}"` : `output "${infos.outputs[output]!.name}"`;
    throw new EngineError(
      `The blob for the output "${name}" shares bytes with that of the ${other}, and one would overwrite the other. ` +
        "Give it memory of its own.",
      name,
    );
  }
}

function unlock(map: ReadonlyLockedMemory): void {
  map.dispose();
}

function overlap(a: LockedTensor, b: LockedTensor): boolean {
  return Math.max(a.address, b.address) < Math.min(a.address + a.desc.byteSize, b.address + b.desc.byteSize);
}
