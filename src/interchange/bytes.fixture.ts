/** What the tests of this folder share. A test fixture, not part of the package. */
import { createBlob } from "../blob/create-blob.ts";
import type { PrecisionName } from "../blob/precision.ts";
import type { TBlob } from "../blob/tblob.ts";
import type { TensorDescLike } from "../blob/tensor-desc.ts";
import type { IAllocator } from "../allocator.ts";

/** Every precision that both formats hold. */
export const COMMON_PRECISIONS: readonly PrecisionName[] = [
  "FP64",
  "FP32",
  "FP16",
  "I64",
  "U64",
  "I32",
  "U32",
  "I16",
  "U16",
  "I8",
  "U8",
  "BOOL",
];

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** All mapped bytes. */
export function bytesOf(blob: TBlob): number[] {
  const map = blob.rmap();
  try {
    return [...map.bytes];
  } finally {
    map.dispose();
  }
}

/** The elements as plain numbers or bigints. */
export function elementsOf(blob: TBlob): (number | bigint)[] {
  const map = blob.rmap();
  try {
    return [...(map.data as Iterable<number | bigint>)];
  } finally {
    map.dispose();
  }
}

/** A blob whose mapped bytes are a pattern; valid truth values for BOOL. */
export function patterned(desc: TensorDescLike, seed: number, allocator?: IAllocator): TBlob {
  const blob = createBlob(desc, { allocator });
  const map = blob.wmap();
  const isBool = blob.desc.precision.kind === "BOOL";
  for (let i = 0; i < map.bytes.length; i++) {
    const byte = (seed + i * 151) & 255;
    map.bytes[i] = isBool ? byte & 1 : byte;
  }
  map.dispose();
  return blob;
}

/** What a call throws, for tests that look at more than one thing about it. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A `.npy` file of version 1.0 with any header text. */
export function npyFile(header: string, data: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const length = [header.length & 255, header.length >> 8];
  return Uint8Array.of(0x93, ...ascii("NUMPY"), 1, 0, ...length, ...ascii(header), ...data);
}

/** A safetensors file with any header text and so many bytes of data: 0, 1, 2, and so on. */
export function safetensorsFile(header: string | Uint8Array, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  return concat(
    length,
    text,
    Uint8Array.from({ length: dataBytes }, (_, i) => i),
  );
}
