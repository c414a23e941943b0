/**
 * BF16: the upper half of a 32-bit float. A sign, 8 bits of exponent, 7 bits of fraction.
 *
 * Conversion to it rounds to nearest, ties to even, once, from the number as it is. Every NaN becomes 0x7fc0.
 */
import { resultArray } from "./result-array.ts";

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const NAN = 0x7fc0;

/** The 16 bits of the nearest bfloat16 number. */
export function toBfloat16Bits(value: number): number {
  float[0] = value;
  const single = float[0];
  if (Number.isNaN(single)) return NAN;
  let bits = word[0]!;
  // Half-way as a float, but not as it was: the number itself says which way.
  if ((bits & 0xffff) === 0x8000) bits += Math.sign(Math.abs(value) - Math.abs(single));
  return rounded(bits);
}

/** The number that the low 16 bits stand for. */
export function fromBfloat16Bits(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}

/**
 * The bits of each number.
 *
 * @param target as long as `values` or longer. Default: a new array
 * @throws {BlobError} when `target` is shorter
 */
export function encodeBfloat16(
  values: ArrayLike<number>,
  target: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  const { length } = resultArray("encodeBfloat16", values, target);
  if (values instanceof Float32Array) {
    bfloat16FromFloat32(new Uint32Array(values.buffer, values.byteOffset, length), 0, 1, length, target, 0, 1);
  } else {
    for (let i = 0; i < length; i++) target[i] = toBfloat16Bits(values[i]!);
  }
  return target;
}

/**
 * The number of each 16 bits.
 *
 * @param target as long as `bits` or longer. Default: a new array
 * @throws {BlobError} when `target` is shorter
 */
export function decodeBfloat16(bits: Uint16Array, target: Float32Array = new Float32Array(bits.length)): Float32Array {
  const { length } = resultArray("decodeBfloat16", bits, target);
  float32FromBfloat16(bits, 0, 1, length, new Uint32Array(target.buffer, target.byteOffset, length), 0, 1);
  return target;
}

/** {@link toBfloat16Bits} of `count` floats given as their bits, each `fromStep` after the other. */
export function bfloat16FromFloat32(
  from: Uint32Array,
  s: number,
  fromStep: number,
  count: number,
  to: Uint16Array,
  t: number,
  toStep: number,
): void {
  for (let i = 0, a = s, b = t; i < count; i++, a += fromStep, b += toStep) {
    const bits = from[a]! | 0;
    to[b] = (bits & 0x7fff_ffff) > 0x7f80_0000 ? NAN : rounded(bits);
  }
}

/** The bits of `count` floats, each `fromStep` after the other. */
export function float32FromBfloat16(
  from: Uint16Array,
  s: number,
  fromStep: number,
  count: number,
  to: Uint32Array,
  t: number,
  toStep: number,
): void {
  for (let i = 0, a = s, b = t; i < count; i++, a += fromStep, b += toStep) to[b] = from[a]! << 16;
}

/** The upper half of a float that is no NaN, rounded by the lower. */
function rounded(bits: number): number {
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
