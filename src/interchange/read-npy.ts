import { copyElements } from "../blob/copy-elements.ts";
import { createBlob } from "../blob/create-blob.ts";
import type { TBlob } from "../blob/tblob.ts";
import { TensorDesc } from "../blob/tensor-desc.ts";
import { IS_LITTLE_ENDIAN, swapBytes } from "./byte-order.ts";
import { FormatError } from "./format-error.ts";
import type { NpyHeader } from "./npy-header.ts";
import { readNpyHeader } from "./npy-header.ts";
import { assertReadOptions } from "./read-options.ts";
import type { ReadOptions } from "./read-options.ts";

/**
 * Reads the array of a `.npy` file (NumPy's format 1.0, 2.0 or 3.0) into a blob of its dims, in one copy.
 *
 * The blob is packed in the default layout of its rank, whatever the file: an array in Fortran order is put into C order,
 * and big-endian elements are turned around. Elements are not looked at, NaN and infinities are as they are.
 *
 * dtypes: f8 f4 f2 become FP64 FP32 FP16, i1 to i8 I8 to I64, u1 to u8 U8 to U64, b1 BOOL.
 *
 * @param bytes exactly the file. Arrays that were saved behind one another are separated by {@link readNpyHeader}, which
 *   says where each ends.
 * @throws {FormatError} for a file that breaks the rules, or an array that no precision stands for
 * @throws {OutOfMemoryError} when the allocator has no room. Whatever is thrown, nothing stays allocated.
 *
 * @example
 * using blob = readNpy(await readFile("input.npy"), { allocator }); // readFile of node:fs/promises
 * using other = readNpy(new Uint8Array(await (await fetch(url)).arrayBuffer()));
 */
export function readNpy(bytes: Uint8Array, options: ReadOptions = {}): TBlob {
  assertReadOptions(options);
  const header = readNpyHeader(bytes);
  const { precision, dims, offset, byteSize } = header;
  const end = offset + byteSize;
  if (bytes.byteLength !== end) throw wrongSize(bytes.byteLength, end);
  const blob = createBlob({ precision, dims }, { allocator: options.allocator });
  try {
    const map = blob.wmap();
    try {
      copyElements(bytes.subarray(offset, end), descInFile(header), map.bytes, blob.desc);
      if (header.isBigEndian === IS_LITTLE_ENDIAN) swapBytes(map.bytes, blob.elementSize);
    } finally {
      map.dispose();
    }
  } catch (error) {
    blob.deallocate();
    throw error;
  }
  return blob;
}

function descInFile({ precision, dims, isFortranOrder }: NpyHeader): TensorDesc {
  if (!isFortranOrder) return new TensorDesc(precision, dims);
  const order = dims.map((_, i) => dims.length - 1 - i);
  return new TensorDesc(precision, dims, { blockDims: dims.toReversed(), order });
}

function wrongSize(actual: number, end: number): FormatError {
  if (actual < end) {
    return new FormatError(
      "npy",
      `the array ends at byte ${end}, but the file has ${actual}. It was cut off: get the whole file.`,
    );
  }
  return new FormatError(
    "npy",
    `the array ends at byte ${end}, but the file has ${actual}. If more arrays follow, read this one from bytes.subarray(0, ${end}).`,
  );
}
