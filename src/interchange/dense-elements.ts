import { assertCopyable } from "../blob/copy-elements.ts";
import { TBlob } from "../blob/tblob.ts";
import { TensorDesc } from "../blob/tensor-desc.ts";
import { typedData } from "../blob/typed-data.ts";
import { BlobError, OutOfMemoryError, describe } from "../errors.ts";
import { IS_LITTLE_ENDIAN, swapBytes } from "./byte-order.ts";

/** The desc of the same elements in files: packed, row by row over the logical dims. */
export function denseDesc(desc: TensorDesc): TensorDesc {
  return new TensorDesc(desc.precision, desc.dims);
}

/**
 * Writes the elements of a blob as files have them: packed, row by row over the logical dims, lowest byte first, and each
 * true of BOOL as 1, since readers of both formats take any other byte for corrupt.
 *
 * @param blob must have passed {@link assertWritable}
 * @param target of the exact size, at a multiple of the element size in its buffer
 */
export function writeElements(blob: TBlob, target: Uint8Array): void {
  const { precision } = blob.desc;
  const wrapped = new TBlob(denseDesc(blob.desc), typedData(precision, target));
  try {
    blob.copyTo(wrapped);
  } finally {
    wrapped.deallocate();
  }
  if (precision.kind === "BOOL") {
    for (let i = 0; i < target.length; i++) if (target[i]! > 1) target[i] = 1;
  }
  if (!IS_LITTLE_ENDIAN) swapBytes(target, precision.elementSize);
}

/**
 * Throws unless it is a blob in host memory, allocated, whose elements have places.
 *
 * @throws {BlobError} for anything else; {@link DescError} for layout ANY
 */
export function assertWritable(blob: unknown, what: string): asserts blob is TBlob {
  if (!(blob instanceof TBlob)) {
    throw new BlobError(`${what} is written from a TBlob, not from ${describe(blob)}. Wrap an array with createBlob.`);
  }
  if (!blob.isAllocated) {
    throw new BlobError(`${what}, ${blob.desc.toString()}, has no memory. Call allocate() and fill it first.`);
  }
  assertCopyable(blob.desc, denseDesc(blob.desc));
}

/** Zeroed bytes for a file. @throws {OutOfMemoryError} when the runtime refuses */
export function newFile(byteSize: number, hint: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(byteSize);
  } catch (cause) {
    const numbers = { requestedBytes: byteSize, liveBytes: 0, limitBytes: Infinity, largestFreeBytes: 0 };
    throw new OutOfMemoryError({ allocator: "The JavaScript heap", ...numbers, hint }, { cause });
  }
}
