import type { Precision } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/** A tensor, wherever its elements are: something with a desc. */
export abstract class Blob {
  abstract readonly desc: TensorDesc;

  static {
    // What Node prints a blob as. Its fields are private: it would be `TBlob {}`.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Blob): string {
        return this.toString();
      },
    });
  }

  /** What its elements are. That of its desc. */
  get precision(): Precision {
    return this.desc.precision;
  }

  /** Its logical dims, outermost first. Those of its desc. */
  get dims(): readonly number[] {
    return this.desc.dims;
  }

  /** Elements. */
  get size(): number {
    return this.desc.size;
  }

  /** Its class and desc, as in `TBlob FP32 [1, 3, 224, 224] NCHW`. Reads no element. */
  toString(): string {
    return `${this.constructor.name} ${this.desc.toString()}`;
  }
}
