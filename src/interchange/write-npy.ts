import { showList } from "../blob/integers.ts";
import type { TBlob } from "../blob/tblob.ts";
import { assertWritable, newFile, writeElements } from "./dense-elements.ts";
import { MAX_RANK } from "./extent.ts";
import { FormatError } from "./format-error.ts";
import { descrOf } from "./npy-dtype.ts";
import { NPY_MAGIC } from "./npy-header.ts";

/** What the start of the elements is a multiple of, in bytes. */
const ALIGNMENT = 64;
const PREFIX_BYTES = 10;

/**
 * The `.npy` file of a blob: format 1.0, which every NumPy opens, little-endian, in C order.
 *
 * The elements stand in the logical order of the dims, whatever the blob's layout and strides: an NHWC blob of dims
 * [1, 3, 2, 2] gives an array of shape (1, 3, 2, 2). A byte of BOOL other than 0 becomes 1.
 *
 * @throws {FormatError} for a precision without a NumPy dtype (BF16, Q78, those below 8 bits, custom ones), or more than 64
 *   dims, NumPy's limit (32 before NumPy 2)
 * @throws {BlobError} when the blob is not allocated; {@link DescError} for layout ANY
 * @throws {OutOfMemoryError} when the runtime has no room for the file
 *
 * @example
 * await writeFile("output.npy", writeNpy(blob)); // writeFile of node:fs/promises; then np.load("output.npy")
 */
export function writeNpy(blob: TBlob): Uint8Array<ArrayBuffer> {
  assertWritable(blob, "An array");
  const { precision, dims, byteSize } = blob.desc;
  const descr = descrOf(precision);
  if (dims.length > MAX_RANK) {
    throw new FormatError(
      "npy",
      `${showList(dims)} has more than the ${MAX_RANK} dims that NumPy takes. Reshape the blob first.`,
    );
  }
  const header = headerOf(descr, dims);
  const file = newFile(header.byteLength + byteSize, "Write smaller tensors, or free something.");
  file.set(header);
  writeElements(blob, file.subarray(header.byteLength));
  return file;
}

/** Magic, version, length and the dictionary, padded by blanks and ended by a newline. */
function headerOf(descr: string, dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const total = Math.ceil((PREFIX_BYTES + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(total).fill(0x20);
  header.set([...NPY_MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(8, total - PREFIX_BYTES, true);
  header.set(new TextEncoder().encode(text), PREFIX_BYTES);
  header[total - 1] = 0x0a;
  return header;
}
