import { BlobError } from "../errors.ts";
import type { PrecisionName } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";
import { typedData } from "./typed-data.ts";
import type { DataOf } from "./typed-data.ts";

/**
 * The part of a block that a blob shows, as bytes and as typed data. Both views are made when they are first asked for,
 * and kept: as long as the allocator's view and the desc are the same objects, mapping again makes no garbage.
 */
export class Window {
  readonly #byteOffset: number;
  #source: Uint8Array | undefined;
  #desc: TensorDesc | undefined;
  #bytes: Uint8Array | undefined;
  #data: DataOf<PrecisionName> | undefined;

  /** @param byteOffset where in the block it begins */
  constructor(byteOffset = 0) {
    this.#byteOffset = byteOffset;
  }

  /** @throws {BlobError} when the allocator's view is shorter than the desc needs */
  bytes(source: Uint8Array, desc: TensorDesc): Uint8Array {
    if (source !== this.#source || desc !== this.#desc) {
      this.#bytes = windowOf(source, this.#byteOffset, desc);
      this.#data = undefined;
      this.#source = source;
      this.#desc = desc;
    }
    return this.#bytes!;
  }

  /** @throws {BlobError} as {@link bytes}, and when the bytes are not aligned to the precision */
  data<P extends PrecisionName>(source: Uint8Array, desc: TensorDesc<P>): DataOf<P> {
    const bytes = this.bytes(source, desc);
    this.#data ??= typedData(desc.precision, bytes);
    return this.#data as DataOf<P>;
  }
}

function windowOf(source: Uint8Array, start: number, desc: TensorDesc): Uint8Array {
  const { byteLength } = source;
  const { spanBytes } = desc;
  if (start === 0 && byteLength === spanBytes) return source;
  if (byteLength >= start + spanBytes) return new Uint8Array(source.buffer, source.byteOffset + start, spanBytes);
  throw new BlobError(
    `The allocator gave a view of ${byteLength} bytes for a block of ${start + spanBytes}. ` +
      "Its lock must return exactly the bytes asked for.",
  );
}
