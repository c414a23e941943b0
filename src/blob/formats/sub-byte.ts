/**
 * Elements smaller than a byte, as OpenVINO packs them: of two 4-bit elements in a byte the low half is the first, of eight
 * single bits the highest is.
 */
import { BlobError, describe } from "../../errors.ts";
import { resultArray } from "./result-array.ts";

/** One way to pack: what an element may be, and where it lies in its byte. */
interface Packing {
  readonly name: string;
  readonly bits: 1 | 4;
  readonly min: number;
  readonly max: number;
}

const U4: Packing = { name: "U4", bits: 4, min: 0, max: 15 };
const I4: Packing = { name: "I4", bits: 4, min: -8, max: 7 };
const NF4: Packing = { name: "NF4", bits: 4, min: 0, max: 15 };
const BIN: Packing = { name: "BIN", bits: 1, min: 0, max: 1 };

/**
 * Packs integers from 0 to 15, two to a byte.
 *
 * @param target at least `ceil(values.length / 2)` bytes; bits of its last byte that are not needed become 0. Default: a new array
 * @throws {BlobError} when a value is none of them, or `target` is too short; nothing is written then
 */
export function packU4(values: ArrayLike<number>, target?: Uint8Array): Uint8Array {
  return pack(U4, values, target);
}

/** The first `count` elements. Default: all that `bytes` holds. @throws {BlobError} when it holds fewer */
export function unpackU4(bytes: ArrayLike<number>, count?: number): Uint8Array {
  return unpack(U4, bytes, count, Uint8Array);
}

/** Packs integers from -8 to 7, in two's complement. Else as {@link packU4}. */
export function packI4(values: ArrayLike<number>, target?: Uint8Array): Uint8Array {
  return pack(I4, values, target);
}

/** The first `count` elements. Default: all that `bytes` holds. @throws {BlobError} when it holds fewer */
export function unpackI4(bytes: ArrayLike<number>, count?: number): Int8Array {
  return unpack(I4, bytes, count, Int8Array);
}

/**
 * Packs NF4 codes, from 0 to 15. Else as {@link packU4}. What number a code stands for depends on the scale of its block,
 * which no blob knows.
 */
export function packNF4(codes: ArrayLike<number>, target?: Uint8Array): Uint8Array {
  return pack(NF4, codes, target);
}

/** The first `count` codes. Default: all that `bytes` holds. @throws {BlobError} when it holds fewer */
export function unpackNF4(bytes: ArrayLike<number>, count?: number): Uint8Array {
  return unpack(NF4, bytes, count, Uint8Array);
}

/** Packs bits, 0 or 1, eight to a byte. Else as {@link packU4}. */
export function packBin(values: ArrayLike<number>, target?: Uint8Array): Uint8Array {
  return pack(BIN, values, target);
}

/** The first `count` bits. Default: all that `bytes` holds. @throws {BlobError} when it holds fewer */
export function unpackBin(bytes: ArrayLike<number>, count?: number): Uint8Array {
  return unpack(BIN, bytes, count, Uint8Array);
}

/** Element `index` of packed 4-bit elements, without a sign. */
export function nibbleAt(bytes: ArrayLike<number>, index: number): number {
  const rest = index % 2;
  return (bytes[(index - rest) / 2]! >> (rest * 4)) & 15;
}

/** Overwrites element `index`, and no other, with the low four bits of `value`. */
export function setNibble(bytes: Uint8Array, index: number, value: number): void {
  const rest = index % 2;
  const at = (index - rest) / 2;
  const shift = rest * 4;
  bytes[at] = (bytes[at]! & ~(15 << shift)) | ((value & 15) << shift);
}

/** Element `index` of packed bits. */
export function bitAt(bytes: ArrayLike<number>, index: number): number {
  const rest = index % 8;
  return (bytes[(index - rest) / 8]! >> (7 - rest)) & 1;
}

/** Overwrites element `index`, and no other, with the low bit of `value`. */
export function setBit(bytes: Uint8Array, index: number, value: number): void {
  const rest = index % 8;
  const at = (index - rest) / 8;
  const shift = 7 - rest;
  bytes[at] = (bytes[at]! & ~(1 << shift)) | ((value & 1) << shift);
}

function pack({ name, bits, min, max }: Packing, values: ArrayLike<number>, target?: Uint8Array): Uint8Array {
  const { length } = values;
  const needed = Math.ceil((length * bits) / 8);
  const bytes = target ?? new Uint8Array(needed);
  resultArray(`pack ${name}`, values, bytes, needed);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw new BlobError(
      `values[${i}] is ${describe(value)}, but ${name} takes integers from ${min} to ${max}. Round and clamp it first.`,
    );
  }
  bytes.fill(0, 0, needed);
  const set = bits === 4 ? setNibble : setBit;
  for (let i = 0; i < length; i++) set(bytes, i, values[i]!);
  return bytes;
}

function unpack<A extends Int8Array | Uint8Array>(
  { name, bits, min }: Packing,
  bytes: ArrayLike<number>,
  count: number | undefined,
  Result: new (length: number) => A,
): A {
  const held = (bytes.length * 8) / bits;
  const wanted = count ?? held;
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > held) {
    throw new BlobError(
      `${describe(wanted)} elements cannot be unpacked from ${bytes.length} bytes: they hold ${held} of ${name}. ` +
        `Use an integer from 0 to ${held}.`,
    );
  }
  const values = new Result(wanted);
  const get = bits === 4 ? nibbleAt : bitAt;
  // Shifted up and down again, the highest of the four bits becomes the sign.
  const shift = min < 0 ? 28 : 0;
  for (let i = 0; i < wanted; i++) values[i] = (get(bytes, i) << shift) >> shift;
  return values;
}
