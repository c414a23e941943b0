import { BlobError, describe } from "../errors.ts";
import { showList } from "../blob/integers.ts";
import type { PrecisionName } from "../blob/precision.ts";
import { byteSizeOf } from "./extent.ts";
import { FormatError } from "./format-error.ts";
import { assertBytes } from "./read-options.ts";
import { dtypeOf } from "./safetensors-dtype.ts";
import { parseSafetensorsJson } from "./safetensors-json.ts";
import type { StatedTensor } from "./safetensors-json.ts";

/** The longest header that the format allows, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_BYTES = 8;

/** What a safetensors file says of one tensor. */
export interface SafetensorsEntry {
  /** The file's word for the type of the elements, such as F32. */
  readonly dtype: string;
  /** `undefined` for the dtypes that no blob can have: the 4-, 6- and 8-bit floats and the complex numbers. */
  readonly precision: PrecisionName | undefined;
  readonly dims: readonly number[];
  /** Where the elements start, in bytes from the start of the file. */
  readonly offset: number;
  /** Bytes of the elements: packed, little-endian, in C order. */
  readonly byteSize: number;
}

/** What a safetensors file says of itself. */
export interface SafetensorsHeader {
  /** By name, in the order of the header, which need not be that of the data. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** What is known of a file of which only the start is at hand. */
export interface SafetensorsHeaderOptions {
  /** Bytes of the whole file. Default: those of `bytes`. */
  readonly fileBytes?: number | undefined;
}

/**
 * Bytes of a file up to the end of its header, by the first 8 of them.
 *
 * @throws {FormatError} when there are fewer, or they say more than the format allows
 */
export function safetensorsHeaderBytes(bytes: Uint8Array): number {
  assertBytes("safetensors", bytes);
  if (bytes.byteLength < LENGTH_BYTES) {
    throw new FormatError(
      "safetensors",
      `the file has ${bytes.byteLength} bytes, but the shortest has ${LENGTH_BYTES + 2}. Get the whole file.`,
    );
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (stated <= BigInt(MAX_HEADER_BYTES)) return LENGTH_BYTES + Number(stated);
  throw new FormatError(
    "safetensors",
    `the file says that its header has ${stated} bytes, more than the ${MAX_HEADER_BYTES} that the format allows. Check that it is a safetensors file.`,
  );
}

/**
 * Reads and checks the header of a safetensors file: its form, each tensor's range against its dtype and shape, and that
 * the ranges cover the rest of the file without gaps and overlaps. No tensor is read.
 *
 * The rules are those of huggingface/safetensors. Beyond them, a shape has at most 64 dims, and a file at most 262,144
 * tensors.
 *
 * @param bytes the file; or its start up to the end of the header, together with `fileBytes`
 * @throws {FormatError} naming the tensor, where it is about one
 * @throws {BlobError} for options that are none
 *
 * @example A file larger than memory: each tensor goes from the disk into its block
 * const file = await open("model.safetensors"); // of node:fs/promises
 * const first = await file.read(new Uint8Array(8), 0, 8, 0);
 * const start = new Uint8Array(safetensorsHeaderBytes(first.buffer));
 * await file.read(start, 0, start.byteLength, 0);
 * const { tensors } = readSafetensorsHeader(start, { fileBytes: (await file.stat()).size });
 * const { precision, dims, offset, byteSize } = tensors.get("lm_head.weight");
 * using blob = createBlob({ precision, dims }, { allocator });
 * { using map = blob.wmap(); await file.read(map.bytes, 0, byteSize, offset); }
 */
export function readSafetensorsHeader(bytes: Uint8Array, options: SafetensorsHeaderOptions = {}): SafetensorsHeader {
  const start = safetensorsHeaderBytes(bytes);
  const fileBytes = statedFileBytes(options) ?? bytes.byteLength;
  if (start > bytes.byteLength || !(fileBytes >= start)) {
    const actual = Math.min(fileBytes, bytes.byteLength);
    throw new FormatError(
      "safetensors",
      `the header ends at byte ${start}, but there are only ${actual}. It was cut off: get more of the file.`,
    );
  }
  const { tensors: stated, metadata } = parseSafetensorsJson(decode(bytes, start));
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, tensor] of stated) tensors.set(name, checked(name, tensor, start, fileBytes));
  checkCoverage([...stated], fileBytes - start);
  return { tensors, metadata };
}

/** What the options say; NaN and numbers that are none fail the comparison with the header's end. */
function statedFileBytes(options: SafetensorsHeaderOptions): number | undefined {
  if (typeof options === "object" && options !== null) return options.fileBytes;
  throw new BlobError(`The options of a safetensors header are { fileBytes }, not ${describe(options)}.`);
}

function decode(bytes: Uint8Array, end: number): string {
  // A copy, since decoders refuse shared memory.
  const header = new Uint8Array(bytes.subarray(LENGTH_BYTES, end));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch (cause) {
    throw new FormatError(
      "safetensors",
      "the header is no UTF-8 text. Check that it is a safetensors file.",
      undefined,
      { cause },
    );
  }
}

function checked(
  name: string,
  { dtype, shape, begin, end }: StatedTensor,
  start: number,
  fileBytes: number,
): SafetensorsEntry {
  const { precision, bits } = dtypeOf(dtype, name);
  const fail = (what: string): FormatError =>
    new FormatError("safetensors", `the tensor ${shown(name)} has the data_offsets [${begin}, ${end}], ${what}`, name);
  const dataBytes = fileBytes - start;
  if (end < begin) throw fail("which end before they begin. Write the file again.");
  if (end > dataBytes) throw fail(`but the file has ${dataBytes} bytes of data. It was cut off: get the whole file.`);
  const byteSize = byteSizeOf(shape, bits);
  if (byteSize !== end - begin) {
    const needed = byteSize === undefined ? "more bytes than any file has" : `${byteSize} bytes`;
    throw fail(`${end - begin} bytes, but ${dtype} of shape ${showList(shape)} has ${needed}. Write the file again.`);
  }
  return { dtype, precision, dims: Object.freeze(shape), offset: start + begin, byteSize };
}

/** In the order of their data, each tensor must begin where the last one ended, and the last must end where the file does. */
function checkCoverage(tensors: [string, StatedTensor][], dataBytes: number): void {
  tensors.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let last = "the start of the data";
  for (const [name, { begin, end }] of tensors) {
    if (begin !== covered) {
      const what = begin < covered ? "overlaps with" : "leaves a hole behind";
      throw new FormatError(
        "safetensors",
        `the tensor ${shown(name)} begins at ${begin} and ${what} ${last}, which ends at ${covered}. Write the file again.`,
        name,
      );
    }
    covered = end;
    last = `the tensor ${shown(name)}`;
  }
  if (covered === dataBytes) return;
  throw new FormatError(
    "safetensors",
    `the tensors end at ${covered}, but the file has ${dataBytes} bytes of data. Nothing may follow the last tensor: write the file again.`,
  );
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
