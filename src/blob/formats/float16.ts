/**
 * FP16: IEEE 754 binary16. A sign, 5 bits of exponent with a bias of 15, 10 bits of fraction. The largest finite value is
 * 65,504, the least normal one 2^-14, the least of all 2^-24.
 *
 * Conversion to it rounds to nearest, ties to even, once, from the number as it is: from 65,520 on, that is infinity. Every
 * NaN becomes 0x7e00.
 */
import { IS_LITTLE_ENDIAN } from "../endianness.ts";
import { resultArray } from "./result-array.ts";

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
/** Which of the two words of a double has its exponent. */
const HIGH = IS_LITTLE_ENDIAN ? 1 : 0;

const NAN = 0x7e00;
const INFINITE = 0x7c00;
/** Added to a number below it and taken away again, leaves the number rounded to an integer, ties to even. */
const TWO_52 = 2 ** 52;
/** The powers of two that bring numbers of the exponents -14 to 15 to between 1024 and 2048. */
const SCALES = Float64Array.from({ length: 30 }, (_, i) => 2 ** (24 - i));

/** The 16 bits of the nearest half-precision number. */
export function toFloat16Bits(value: number): number {
  const magnitude = Math.abs(value);
  double[0] = value;
  const high = words[HIGH]!;
  const sign = (high >>> 16) & 0x8000;
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24 + TWO_52 - TWO_52);
  if (magnitude < 65_520) {
    const exponent = ((high >>> 20) & 0x7ff) - 1009; // 0 for 2^-14
    // What is rounded up to 2048 carries into the exponent.
    return sign | ((exponent << 10) + (magnitude * SCALES[exponent]! + TWO_52 - TWO_52));
  }
  return magnitude >= 65_520 ? sign | INFINITE : NAN;
}

/** The number that the low 16 bits stand for. */
export function fromFloat16Bits(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * The bits of each number.
 *
 * @param target as long as `values` or longer. Default: a new array
 * @throws {BlobError} when `target` is shorter
 */
export function encodeFloat16(
  values: ArrayLike<number>,
  target: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  const { length } = resultArray("encodeFloat16", values, target);
  if (values instanceof Float32Array) {
    float16FromFloat32(new Uint32Array(values.buffer, values.byteOffset, length), 0, 1, length, target, 0, 1);
  } else {
    for (let i = 0; i < length; i++) target[i] = toFloat16Bits(values[i]!);
  }
  return target;
}

/**
 * The number of each 16 bits.
 *
 * @param target as long as `bits` or longer. Default: a new array
 * @throws {BlobError} when `target` is shorter
 */
export function decodeFloat16(bits: Uint16Array, target: Float32Array = new Float32Array(bits.length)): Float32Array {
  const { length } = resultArray("decodeFloat16", bits, target);
  float32FromFloat16(bits, 0, 1, length, target, 0, 1);
  return target;
}

/** {@link toFloat16Bits} of `count` floats given as their bits, each `fromStep` after the other. */
export function float16FromFloat32(
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
    const magnitude = bits & 0x7fff_ffff;
    const sign = (bits >>> 16) & 0x8000;
    if (magnitude >= 0x3880_0000 && magnitude < 0x4780_0000) {
      // From 2^-14 to below 2^16: another bias, 13 bits less.
      const rebiased = magnitude - 0x3800_0000;
      to[b] = sign | ((rebiased + 0x0fff + ((rebiased >>> 13) & 1)) >>> 13);
    } else if (magnitude >= 0x4780_0000) {
      to[b] = magnitude > 0x7f80_0000 ? NAN : sign | INFINITE;
    } else if (magnitude < 0x3300_0000) {
      to[b] = sign; // below 2^-25
    } else {
      // In units of 2^-24: the bits below them decide, the lowest bit above where they are exactly half.
      const significand = (magnitude & 0x7f_ffff) | 0x80_0000;
      const shift = 126 - (magnitude >>> 23);
      const odd = (significand >>> shift) & 1;
      to[b] = sign | ((significand + (1 << (shift - 1)) - 1 + odd) >>> shift);
    }
  }
}

/** {@link fromFloat16Bits} of `count` elements, each `fromStep` after the other. */
export function float32FromFloat16(
  from: Uint16Array,
  s: number,
  fromStep: number,
  count: number,
  to: Float32Array,
  t: number,
  toStep: number,
): void {
  const table = (float16Table ??= Float32Array.from({ length: 0x1_0000 }, (_, bits) => fromFloat16Bits(bits)));
  for (let i = 0, a = s, b = t; i < count; i++, a += fromStep, b += toStep) to[b] = table[from[a]!]!;
}

/** The number of all 16 bits: 256 KiB, made when they are first needed. */
let float16Table: Float32Array | undefined;
