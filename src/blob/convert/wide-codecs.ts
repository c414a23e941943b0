/**
 * I64 and U64, as two 32-bit words each: a BigInt per element would be garbage. Elements above 2^53 do not fit a double;
 * what becomes of them depends on where they go.
 */
import { IS_LITTLE_ENDIAN } from "../endianness.ts";
import type { Codec } from "./codec.ts";
import { INEXACT, TWO_32 } from "./wide-constants.ts";

const LOW = IS_LITTLE_ENDIAN ? 0 : 1;
const HIGH = 1 - LOW;

const WIDE = { unitsPerOne: 1, hasFractions: false, isPlain: false, view: viewWords } as const;

/** The nearest double of each element. */
export const I64: Codec = {
  ...WIDE,
  decode(from: Uint32Array, s, step, count, values) {
    for (let i = 0, a = 2 * s; i < count; i++, a += 2 * step) {
      values[i] = (from[a + HIGH]! | 0) * TWO_32 + from[a + LOW]!;
    }
  },
  encode(values, count, to: Uint32Array, t, step) {
    for (let i = 0, b = 2 * t; i < count; i++, b += 2 * step) store(to, b, values[i]!, -(2 ** 63), 2 ** 63);
  },
};

export const U64: Codec = {
  ...WIDE,
  decode(from: Uint32Array, s, step, count, values) {
    for (let i = 0, a = 2 * s; i < count; i++, a += 2 * step) values[i] = from[a + HIGH]! * TWO_32 + from[a + LOW]!;
  },
  encode(values, count, to: Uint32Array, t, step) {
    for (let i = 0, b = 2 * t; i < count; i++, b += 2 * step) store(to, b, values[i]!, 0, 2 ** 64);
  },
};

/**
 * For targets narrower than a double, where rounding twice could go wrong: elements above 2^53 are cut, and the last bit
 * that is left says whether anything was lost ("round to odd"). Rounding that once more is as rounding once.
 */
export const I64_TO_NARROW: Codec = {
  ...I64,
  decode(from: Uint32Array, s, step, count, values) {
    for (let i = 0, a = 2 * s; i < count; i++, a += 2 * step) {
      const high = from[a + HIGH]! | 0;
      const low = from[a + LOW]!;
      values[i] = high * TWO_32 + (high >= INEXACT || high < -INEXACT ? oddly(low) : low);
    }
  },
};

/** {@link I64_TO_NARROW} without a sign. */
export const U64_TO_NARROW: Codec = {
  ...U64,
  decode(from: Uint32Array, s, step, count, values) {
    for (let i = 0, a = 2 * s; i < count; i++, a += 2 * step) {
      const high = from[a + HIGH]!;
      const low = from[a + LOW]!;
      values[i] = high * TWO_32 + (high >= INEXACT ? oddly(low) : low);
    }
  },
};

/** `count` elements of I64 to U64 (`toSigned` false) or of U64 to I64, exactly: those that do not fit are clamped. */
export function convertWide(
  from: Uint32Array,
  s: number,
  fromStep: number,
  count: number,
  to: Uint32Array,
  t: number,
  toStep: number,
  toSigned: boolean,
): void {
  const [clampedHigh, clampedLow] = toSigned ? [0x7fff_ffff, 0xffff_ffff] : [0, 0];
  for (let i = 0, a = 2 * s, b = 2 * t; i < count; i++, a += 2 * fromStep, b += 2 * toStep) {
    const high = from[a + HIGH]!;
    const fits = high < 2 ** 31;
    to[b + HIGH] = fits ? high : clampedHigh;
    to[b + LOW] = fits ? from[a + LOW]! : clampedLow;
  }
}

function store(to: Uint32Array, at: number, value: number, min: number, end: number): void {
  if (value >= end) {
    to[at + HIGH] = end / TWO_32 - 1;
    to[at + LOW] = 0xffff_ffff;
    return;
  }
  const clamped = value > min ? value : Number.isNaN(value) ? 0 : min;
  const high = Math.floor(clamped / TWO_32);
  to[at + HIGH] = high;
  to[at + LOW] = clamped - high * TWO_32;
}

/** Without its 11 lowest bits; the 12th is set where they were not all 0. */
function oddly(low: number): number {
  return (low & 0x7ff) === 0 ? low : ((low & ~0x7ff) | 0x800) >>> 0;
}

function viewWords({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}
