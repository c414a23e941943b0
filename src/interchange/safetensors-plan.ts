import { showList } from "../blob/integers.ts";
import type { TBlob } from "../blob/tblob.ts";
import type { TensorDesc } from "../blob/tensor-desc.ts";
import { BlobError, describe } from "../errors.ts";
import { assertWritable } from "./dense-elements.ts";
import { MAX_RANK } from "./extent.ts";
import { FormatError } from "./format-error.ts";
import { dtypeNameOf, rankOf } from "./safetensors-dtype.ts";
import { MAX_HEADER_BYTES } from "./safetensors-header.ts";
import { MAX_TENSORS, METADATA_KEY } from "./safetensors-json.ts";

/** The tensors to be written, by name. What `readSafetensors` gives is one. */
export type SafetensorsRecord = Readonly<Record<string, TBlob>> | ReadonlyMap<string, TBlob>;

/** Free text about the file, by key: `{ format: "pt" }`. */
export type SafetensorsMetadata = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

/** A tensor and its place in a file. */
export interface PlannedTensor {
  readonly name: string;
  readonly blob: TBlob;
  /** The blob's when the file was planned. */
  readonly desc: TensorDesc;
  readonly dtype: string;
}

/** A file that is about to be written: its header, and its tensors in the order of their data. */
export interface SafetensorsPlan {
  /** With the length in front, padded by blanks to a multiple of 8 bytes. */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly tensors: readonly PlannedTensor[];
  /** Of the header and all tensors. */
  readonly byteSize: number;
}

/**
 * Checks everything that can be wrong with what is to be written, and lays it out as the reference implementation does: by
 * dtype, the largest elements first, then by name.
 *
 * @throws {FormatError} for a precision without a dtype, a name or text that is no valid Unicode, the name `__metadata__`,
 *   more than 64 dims, and a header above 100 MB
 * @throws {BlobError} for anything but allocated blobs and strings
 */
export function planSafetensors(record: SafetensorsRecord, metadata: SafetensorsMetadata | undefined): SafetensorsPlan {
  const tensors = entries("The tensors are { name: blob }", record).map(([name, blob]) => planned(name, blob));
  if (tensors.length > MAX_TENSORS) {
    throw new FormatError(
      "safetensors",
      `${tensors.length} tensors are more than the ${MAX_TENSORS} that are read from one file. Split it.`,
    );
  }
  tensors.sort((a, b) => rankOf(a.dtype) - rankOf(b.dtype) || (a.name < b.name ? -1 : 1));
  const parts = metadata === undefined ? [] : [`"${METADATA_KEY}":${metadataJson(metadata)}`];
  let offset = 0;
  for (const { name, desc, dtype } of tensors) {
    const end = offset + desc.byteSize;
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${desc.dims.join(",")}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const header = headerOf(`{${parts.join(",")}}`);
  return { header, tensors, byteSize: header.byteLength + offset };
}

function planned(name: string, blob: unknown): PlannedTensor {
  assertText("The name of a tensor", name, name);
  if (name === METADATA_KEY) {
    throw new FormatError(
      "safetensors",
      `no tensor can have the name ${METADATA_KEY}, which is the metadata's. Rename it.`,
      name,
    );
  }
  assertWritable(blob, `The tensor ${describe(name)}`);
  const { desc } = blob;
  if (desc.rank > MAX_RANK) {
    throw new FormatError(
      "safetensors",
      `the tensor ${describe(name)} has the dims ${showList(desc.dims)}, more than the ${MAX_RANK} that are read. Reshape it first.`,
      name,
    );
  }
  return { name, blob, desc, dtype: dtypeNameOf(desc.precision, name) };
}

function metadataJson(metadata: SafetensorsMetadata): string {
  const parts = entries("The metadata are { key: text }", metadata).map(([key, text]) => {
    assertText("A key of the metadata", key);
    assertText(`The metadata's ${describe(key)}`, text);
    return `${JSON.stringify(key)}:${JSON.stringify(text)}`;
  });
  return `{${parts.join(",")}}`;
}

function entries<T>(form: string, collection: Readonly<Record<string, T>> | ReadonlyMap<string, T>): [string, T][] {
  if (collection instanceof Map) return [...(collection as ReadonlyMap<string, T>)];
  const prototype: unknown =
    typeof collection === "object" && collection !== null ? Object.getPrototypeOf(collection) : undefined;
  const isPlain = prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
  if (isPlain) return Object.entries(collection as Readonly<Record<string, T>>);
  throw new BlobError(`${form} or a Map, not ${describe(collection)}.`);
}

function assertText(what: string, text: unknown, tensor?: string): asserts text is string {
  if (typeof text !== "string")
    throw new BlobError(`${what} is a string, not ${describe(text)}. Convert it with String().`);
  if (text.isWellFormed()) return;
  throw new FormatError(
    "safetensors",
    `${what} has half of a surrogate pair, which UTF-8 cannot hold. Use text.toWellFormed().`,
    tensor,
  );
}

function headerOf(json: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.byteLength / 8) * 8;
  if (padded > MAX_HEADER_BYTES) {
    throw new FormatError(
      "safetensors",
      `the header has ${padded} bytes, more than the ${MAX_HEADER_BYTES} that the format allows. Use shorter names and metadata, or more files.`,
    );
  }
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, 8);
  return header;
}
