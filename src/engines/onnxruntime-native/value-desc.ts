import { TensorDesc } from "../../blob/tensor-desc.ts";
import { NativeWords } from "../../platform/native-words.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";
import { check } from "./ort-api.ts";
import type { Pointer } from "./ort-api.ts";
import type { OrtLibrary } from "./ort-library.ts";

const WHAT = "read the dims of an output";

/** Reads the shapes of the values that one output turns out to have. The last desc is kept, since most runs repeat it. */
export class ValueDesc {
  readonly #library: OrtLibrary;
  readonly #info: OnnxTensorInfo;
  #dims: NativeWords = new NativeWords(8);
  #last: TensorDesc | undefined;

  constructor(library: OrtLibrary, info: OnnxTensorInfo) {
    this.#library = library;
    this.#info = info;
  }

  read(value: Pointer): TensorDesc {
    const { api, scratch } = this.#library;
    check(api, api.GetTensorTypeAndShape(value, scratch.address), WHAT);
    const shape = scratch.get(0);
    check(api, api.GetDimensionsCount(shape, scratch.address), WHAT);
    const rank = scratch.get(0);
    if (rank > this.#dims.bytes.length / 8) this.#dims = new NativeWords(rank);
    const status = api.GetDimensions(shape, this.#dims.address, rank);
    api.ReleaseTensorTypeAndShapeInfo(shape);
    check(api, status, WHAT);
    if (!this.#isLast(rank)) {
      const dims = Array.from({ length: rank }, (_, i) => this.#dims.get(i));
      this.#last = new TensorDesc(this.#info.precision, dims);
    }
    return this.#last!;
  }

  #isLast(rank: number): boolean {
    const dims = this.#last?.dims;
    if (dims === undefined || dims.length !== rank) return false;
    for (let i = 0; i < rank; i++) if (dims[i] !== this.#dims.get(i)) return false;
    return true;
  }
}
