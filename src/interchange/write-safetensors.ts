import { newFile, writeElements } from "./dense-elements.ts";
import { planSafetensors } from "./safetensors-plan.ts";
import type { SafetensorsMetadata, SafetensorsRecord } from "./safetensors-plan.ts";

/**
 * The safetensors file of blobs, byte by byte as the reference implementation writes it.
 *
 * The elements stand in the logical order of the dims, whatever a blob's layout and strides. A byte of BOOL other than 0
 * becomes 1. A file that does not fit in memory beside the blobs is written with {@link safetensorsChunks}.
 *
 * @throws {FormatError} for what the format cannot hold: a precision without a dtype (Q78, those below 8 bits, custom ones),
 *   the name `__metadata__`, text that is no valid Unicode, more than 64 dims, a header above 100 MB
 * @throws {BlobError} for anything but allocated blobs and strings; {@link DescError} for layout ANY
 * @throws {OutOfMemoryError} when the runtime has no room for the file
 *
 * @example
 * await writeFile("out.safetensors", writeSafetensors({ weight, bias }, { format: "pt" })); // of node:fs/promises
 */
export function writeSafetensors(record: SafetensorsRecord, metadata?: SafetensorsMetadata): Uint8Array<ArrayBuffer> {
  const { header, tensors, byteSize } = planSafetensors(record, metadata);
  const file = newFile(byteSize, "Write it in pieces with safetensorsChunks, or split it.");
  file.set(header);
  let offset = header.byteLength;
  for (const { blob, desc } of tensors) {
    writeElements(blob, file.subarray(offset, offset + desc.byteSize));
    offset += desc.byteSize;
  }
  return file;
}
