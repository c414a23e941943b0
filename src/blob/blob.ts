import type { TensorDesc } from "./tensor-desc.ts";

/** A tensor, wherever its elements are: something with a desc. */
export abstract class Blob {
  abstract readonly desc: TensorDesc;

  /** Elements. */
  get size(): number {
    return this.desc.size;
  }
}
