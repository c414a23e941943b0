import type { TensorDesc } from "../../blob/tensor-desc.ts";
import { EngineError } from "../../errors.ts";
import { NativeWords } from "../../platform/native-words.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";
import { elementTypeOf } from "./element-types.ts";
import { messageOf } from "./ort-api.ts";
import type { Pointer } from "./ort-api.ts";
import type { OrtLibrary } from "./ort-library.ts";

/**
 * The engine's value over a blob's memory, for one input or output of a session. It is kept for as long as runs bring the
 * same place in the same shape, since making one takes longer than a tiny model runs.
 */
export class BoundTensor {
  readonly #library: OrtLibrary;
  readonly #info: OnnxTensorInfo;
  #dims: NativeWords = new NativeWords(8);
  #value: Pointer = 0;
  #address = 0;
  #desc: TensorDesc | undefined;

  constructor(library: OrtLibrary, info: OnnxTensorInfo) {
    this.#library = library;
    this.#info = info;
  }

  /**
   * The value over `desc.byteSize` bytes from `address` on. The caller keeps the memory locked while the engine runs.
   *
   * @throws {EngineError} when the engine refuses the memory
   */
  valueOver(address: number, desc: TensorDesc): Pointer {
    if (this.#value !== 0 && address === this.#address && sameDims(desc, this.#desc!)) return this.#value;
    this.release();
    const { api, scratch, memoryInfo } = this.#library;
    const { dims, byteSize } = desc;
    if (dims.length > this.#dims.bytes.length / 8) this.#dims = new NativeWords(dims.length);
    for (let i = 0; i < dims.length; i++) this.#dims.set(i, dims[i]!);
    const type = elementTypeOf(this.#info.precision);
    const { address: shape } = this.#dims;
    const { address: out } = scratch;
    const status = api.CreateTensorWithDataAsOrtValue(memoryInfo, address, byteSize, shape, dims.length, type, out);
    if (status !== 0) {
      const { name } = this.#info;
      const reason = messageOf(api, status);
      throw new EngineError(`ONNX Runtime does not take the blob for "${name}": ${reason} Check its dims.`, name);
    }
    this.#value = scratch.get(0);
    this.#address = address;
    this.#desc = desc;
    return this.#value;
  }

  release(): void {
    if (this.#value !== 0) this.#library.api.ReleaseValue(this.#value);
    this.#value = 0;
  }
}

function sameDims(a: TensorDesc, b: TensorDesc): boolean {
  if (a === b) return true;
  return a.dims.length === b.dims.length && a.dims.every((dim, i) => dim === b.dims[i]);
}
