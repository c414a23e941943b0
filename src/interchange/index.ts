/**
 * `tensorheap/interchange`: blobs from and to files that other programs read. Over bytes: whoever calls has the file.
 *
 * The parsers are our own, since no package reads elements into memory that the caller allocates and checks a hostile file:
 * npyjs 1.2 searches the header with regular expressions, checks no sizes and leaves Fortran order to the caller;
 * @huggingface/hub 2.17 reads the headers of safetensors only, and from its site.
 */
export { FormatError } from "./format-error.ts";
export type { FileFormat } from "./format-error.ts";
export { readNpyHeader } from "./npy-header.ts";
export type { NpyHeader } from "./npy-header.ts";
export type { ReadOptions } from "./read-options.ts";
export { readNpy } from "./read-npy.ts";
export { writeNpy } from "./write-npy.ts";
export { readSafetensors } from "./read-safetensors.ts";
export type { ReadSafetensorsOptions } from "./read-safetensors.ts";
export { safetensorsChunks } from "./safetensors-chunks.ts";
export { SafetensorsFile } from "./safetensors-file.ts";
export { readSafetensorsHeader, safetensorsHeaderBytes } from "./safetensors-header.ts";
export type { SafetensorsEntry, SafetensorsHeader, SafetensorsHeaderOptions } from "./safetensors-header.ts";
export type { SafetensorsMetadata, SafetensorsRecord } from "./safetensors-plan.ts";
export { writeSafetensors } from "./write-safetensors.ts";
