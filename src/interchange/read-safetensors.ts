import type { IAllocator } from "../allocator.ts";
import { createBlob } from "../blob/create-blob.ts";
import type { PrecisionName } from "../blob/precision.ts";
import type { TBlob } from "../blob/tblob.ts";
import { BlobError, describe } from "../errors.ts";
import { IS_LITTLE_ENDIAN, swapBytes } from "./byte-order.ts";
import { FormatError } from "./format-error.ts";
import { assertReadOptions } from "./read-options.ts";
import type { ReadOptions } from "./read-options.ts";
import { noPrecision } from "./safetensors-dtype.ts";
import { SafetensorsFile } from "./safetensors-file.ts";
import { readSafetensorsHeader } from "./safetensors-header.ts";
import type { SafetensorsEntry } from "./safetensors-header.ts";

/** Where the tensors of a file go, and which of them. */
export interface ReadSafetensorsOptions extends ReadOptions {
  /** Read only these. Default: all. */
  readonly names?: Iterable<string> | undefined;
}

/** A tensor that a blob can hold. */
interface Wanted extends SafetensorsEntry {
  readonly precision: PrecisionName;
}

/**
 * Reads the tensors of a safetensors file, each in one copy into a blob of its own, packed in the default layout of its
 * rank. Elements are not looked at, NaN and infinities are as they are.
 *
 * dtypes: F64 F32 F16 BF16 become FP64 FP32 FP16 BF16, I8 to I64, U8 to U64 and BOOL keep their names.
 *
 * @param bytes exactly the file. For one larger than memory, see {@link readSafetensorsHeader}.
 * @throws {FormatError} for a file that breaks the rules, a name it does not have, or a wanted tensor that no precision
 *   stands for
 * @throws {OutOfMemoryError} when the allocator has no room. Whatever is thrown, nothing stays allocated.
 *
 * @example
 * using model = readSafetensors(await readFile("model.safetensors"), { allocator }); // readFile of node:fs/promises
 * const weight = model.tensors.get("lm_head.weight");
 */
export function readSafetensors(bytes: Uint8Array, options: ReadSafetensorsOptions = {}): SafetensorsFile {
  assertReadOptions(options);
  const names = listOf(options.names);
  const header = readSafetensorsHeader(bytes);
  const wanted = entriesOf(header.tensors, names);
  const tensors = new Map<string, TBlob>();
  try {
    for (const [name, entry] of wanted) tensors.set(name, readTensor(bytes, entry, options.allocator));
  } catch (error) {
    for (const blob of tensors.values()) blob.deallocate();
    throw error;
  }
  return new SafetensorsFile(tensors, header.metadata);
}

function readTensor(
  bytes: Uint8Array,
  { precision, dims, offset, byteSize }: Wanted,
  allocator: IAllocator | undefined,
): TBlob {
  const blob = createBlob({ precision, dims }, { allocator });
  try {
    const map = blob.wmap();
    try {
      map.bytes.set(bytes.subarray(offset, offset + byteSize));
      if (!IS_LITTLE_ENDIAN) swapBytes(map.bytes, blob.elementSize);
    } finally {
      map.dispose();
    }
  } catch (error) {
    blob.deallocate();
    throw error;
  }
  return blob;
}

/** A string would be read letter by letter. */
function listOf(names: Iterable<string> | undefined): ReadonlySet<string> | undefined {
  if (names === undefined) return undefined;
  if (typeof names === "object" && names !== null && typeof names[Symbol.iterator] === "function")
    return new Set(names);
  throw new BlobError(`names is a list of tensor names, not ${describe(names)}. Write it as ["weight", "bias"].`);
}

/** The entries to be read, in the order of the header. */
function entriesOf(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  names: ReadonlySet<string> = new Set(entries.keys()),
): ReadonlyMap<string, Wanted> {
  for (const name of names) {
    if (entries.has(name)) continue;
    const some = [...entries.keys()].slice(0, 8).map((key) => describe(key));
    const known = entries.size === 0 ? "It has none" : `It has ${entries.size}, such as ${some.join(", ")}`;
    throw new FormatError(
      "safetensors",
      `the file has no tensor ${describe(name)}. ${known}; readSafetensorsHeader lists them.`,
      name,
    );
  }
  const wanted = new Map<string, Wanted>();
  for (const [name, entry] of entries) {
    if (!names.has(name)) continue;
    if (!hasPrecision(entry)) throw noPrecision(entry.dtype, name);
    wanted.set(name, entry);
  }
  return wanted;
}

function hasPrecision(entry: SafetensorsEntry): entry is Wanted {
  return entry.precision !== undefined;
}
