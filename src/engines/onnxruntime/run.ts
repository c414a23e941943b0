import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { IAllocator, ReadonlyBytes } from "../../allocator.ts";
import { SystemAllocator } from "../../allocators/system.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { LockedMemory, ReadonlyLockedMemory } from "../../blob/locked-memory.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { EngineError } from "../../errors.ts";
import type { CopyCounter } from "./copy-counter.ts";
import { elementTypeOf } from "./element-types.ts";
import type { OnnxRuntime } from "./load-onnxruntime.ts";
import type { EngineBehaviour } from "./probe.ts";
import { releaseAll, releaseQuietly } from "./release-all.ts";
import type { OnnxTensorInfo } from "./tensor-info.ts";

/** What all runs of a session share. */
export interface RunContext {
  readonly ort: OnnxRuntime;
  readonly behaviour: EngineBehaviour;
  readonly allocator: IAllocator;
  readonly copies: CopyCounter;
}

/** A blob that an output goes to: written by the engine, or filled from what it returns. */
interface Target {
  readonly blob: TBlob;
  readonly bytes: Uint8Array;
  readonly inPlace: boolean;
}

/**
 * One run: which blobs are locked, which were made for it, and how to undo both. Blobs are added when they were checked,
 * the inputs first; then either `finish` or `abandon` is called.
 */
export class Run {
  readonly feeds: Record<string, Tensor> = {};
  readonly fetches: Record<string, Tensor | null> = {};

  readonly #context: RunContext;
  readonly #maps: ReadonlyLockedMemory[] = [];
  readonly #staging: TBlob[] = [];
  /** Blobs made for outputs, by name. */
  readonly #made: Map<string, TBlob> = new Map();
  readonly #targets: Map<string, Target> = new Map();
  /** What each tensor that was added occupies, to find those that overlap. */
  readonly #occupied: { readonly what: string; readonly bytes: ReadonlyBytes }[] = [];

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Locks an input for reading; copies it where the engine refuses its memory. */
  addInput(name: string, blob: TBlob): void {
    const { behaviour, copies } = this.#context;
    const map = this.#hold(blob.rmap());
    this.#occupied.push({ what: `input "${name}"`, bytes: map.bytes });
    const use = isShared(map.bytes) ? behaviour.sharedInputs : behaviour.inputs;
    if (use !== "in place") copies.add(blob.byteSize);
    this.feeds[name] = this.#tensor(blob, use === "refused" ? this.#stage(blob, map.bytes) : map);
  }

  /**
   * Locks a blob for an output.
   *
   * @throws {EngineError} when it shares bytes with a blob that was added before
   */
  addOutput(name: string, blob: TBlob): void {
    const { behaviour } = this.#context;
    const map = this.#hold(blob.wmap());
    const { bytes } = map;
    this.#claim(name, bytes);
    const inPlace = (isShared(bytes) ? behaviour.sharedOutputs : behaviour.outputs) === "in place";
    this.#targets.set(name, { blob, bytes, inPlace });
    this.fetches[name] = inPlace ? this.#tensor(blob, map) : null;
  }

  /** Makes a blob for an output, where its dims are known; else the engine allocates it, and `finish` makes the blob. */
  addNewOutput({ name, precision }: OnnxTensorInfo, dims: readonly number[] | null): void {
    if (dims === null) this.fetches[name] = null;
    else this.addOutput(name, this.#make(name, precision, dims));
  }

  /** Whether the blob of this output was made here, and not given. */
  made(name: string): boolean {
    return this.#made.has(name);
  }

  /** Copies what was not written in place, ends every lock, and hands over the blobs. */
  finish(outputs: readonly OnnxTensorInfo[], results: InferenceSession.OnnxValueMapType): Record<string, TBlob> {
    const blobs = outputs.map(({ name, precision }): [string, TBlob] => {
      const result = results[name]!;
      const target = this.#targets.get(name);
      this.#collect(target ?? this.#lateTarget(name, precision, result.dims), name, result);
      return [name, target?.blob ?? this.#made.get(name)!];
    });
    this.#release();
    return Object.fromEntries(blobs);
  }

  /** Ends every lock, and gives back every blob that was made. Throws nothing: an error is on its way already. */
  abandon(): void {
    releaseQuietly(this.#maps.splice(0), unlock);
    for (const blob of this.#staging.splice(0)) blob.deallocate();
    for (const blob of this.#made.values()) blob.deallocate();
  }

  #collect({ blob, bytes, inPlace }: Target, name: string, result: Tensor): void {
    const { behaviour, copies } = this.#context;
    if (behaviour.returnsCopies) copies.add(blob.byteSize);
    if (inPlace) return;
    const { dims } = blob.desc;
    if (dims.length !== result.dims.length || dims.some((dim, i) => dim !== result.dims[i])) {
      throw new EngineError(
        `The blob for the output "${name}" has the dims [${dims.join(", ")}], but this run computed ` +
          `[${result.dims.join(", ")}]. Give it those dims with setShape.`,
        name,
      );
    }
    const data = result.data as Exclude<typeof result.data, string[]>;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    copies.add(blob.byteSize);
  }

  #lateTarget(name: string, precision: OnnxTensorInfo["precision"], dims: readonly number[]): Target {
    const blob = this.#make(name, precision, dims);
    const { bytes } = this.#hold(blob.wmap());
    this.#claim(name, bytes);
    return { blob, bytes, inPlace: false };
  }

  /** Notes what an output occupies. @throws {EngineError} when that is something else's */
  #claim(name: string, bytes: Uint8Array): void {
    const other = this.#find(bytes);
    if (other !== undefined) {
      throw new EngineError(
        `The blob for the output "${name}" shares bytes with that of the ${other}, and one would overwrite the other. ` +
          "Give it memory of its own.",
        name,
      );
    }
    this.#occupied.push({ what: `output "${name}"`, bytes });
  }

  #find(bytes: Uint8Array): string | undefined {
    return this.#occupied.find((tensor) => overlap(tensor.bytes, bytes))?.what;
  }

  #make(name: string, precision: OnnxTensorInfo["precision"], dims: readonly number[]): TBlob {
    const blob = createBlob({ precision, dims }, { allocator: this.#context.allocator });
    this.#made.set(name, blob);
    return blob;
  }

  /** A copy of an input in memory that the engine takes: the allocator's, or the runtime's where that does not do. */
  #stage(blob: TBlob, bytes: ReadonlyBytes): ReadonlyLockedMemory {
    const map = this.#stagingBlock(blob, this.#context.allocator) ?? this.#stagingBlock(blob, new SystemAllocator());
    if (map === undefined) throw new EngineError("This runtime has no memory that is not shared.");
    map.bytes.set(bytes);
    this.#occupied.push({ what: "copy of an input", bytes: map.bytes });
    return map;
  }

  #stagingBlock({ desc: { precision, dims } }: TBlob, allocator: IAllocator): LockedMemory | undefined {
    const copy = createBlob({ precision, dims }, { allocator });
    this.#staging.push(copy);
    const map = this.#hold(copy.wmap());
    return isShared(map.bytes) || this.#find(map.bytes) !== undefined ? undefined : map;
  }

  #tensor({ desc }: TBlob, map: ReadonlyLockedMemory): Tensor {
    const type = elementTypeOf(desc.precision.kind)!;
    // The constructor is typed once per element type; here the type is known only at run time.
    const { Tensor } = this.#context.ort as unknown as {
      Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor;
    };
    const tensor = new Tensor(type, map.data, desc.dims);
    // Where the runtime has Float16Array, the constructor insists on it, but the binding (1.30) takes the bits only.
    if (type === "float16") Object.defineProperty(tensor, "data", { value: bitsOf(map.bytes) });
    return tensor;
  }

  #hold<M extends ReadonlyLockedMemory>(map: M): M {
    this.#maps.push(map);
    return map;
  }

  #release(): void {
    releaseAll(this.#maps.splice(0), unlock);
    for (const blob of this.#staging.splice(0)) blob.deallocate();
  }
}

function unlock(map: ReadonlyLockedMemory): void {
  map.dispose();
}

function isShared({ buffer }: ReadonlyBytes): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

function overlap(a: ReadonlyBytes, b: ReadonlyBytes): boolean {
  const begin = Math.max(a.byteOffset, b.byteOffset);
  const end = Math.min(a.byteOffset + a.byteLength, b.byteOffset + b.byteLength);
  return a.buffer === b.buffer && begin < end;
}

function bitsOf({ buffer, byteOffset, byteLength }: ReadonlyBytes): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}
