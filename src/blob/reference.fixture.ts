/** What the fast loops are held to: one element at a time, with exact arithmetic, and sharing no code with them. */
import type { Rounding } from "./convert/round.ts";
import type { PrecisionName } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/** A format of IEEE 754's kind: bits of significand with the implicit one, and the exponent of the least normal number. */
interface FloatFormat {
  readonly bits: number;
  readonly significand: number;
  readonly least: number;
}

const FLOATS: Partial<Record<PrecisionName, FloatFormat>> = {
  FP64: { bits: 64, significand: 53, least: -1022 },
  FP32: { bits: 32, significand: 24, least: -126 },
  FP16: { bits: 16, significand: 11, least: -14 },
  BF16: { bits: 16, significand: 8, least: -126 },
};

const SIGNED: ReadonlySet<PrecisionName> = new Set(["I64", "I32", "I16", "I8", "I4", "Q78"]);

/** The bits of the element at an offset, the lowest first in each byte but for BIN. */
export function readBits(bytes: Uint8Array, { precision }: TensorDesc, offset: number): bigint {
  let value = 0n;
  for (let bit = precision.bits - 1; bit >= 0; bit--) {
    const at = offset * precision.bits + bit;
    const shift = precision.kind === "BIN" ? 7 - (at % 8) : at % 8;
    value = (value << 1n) | BigInt((bytes[Math.floor(at / 8)]! >> shift) & 1);
  }
  return value;
}

export function writeBits(bytes: Uint8Array, { precision }: TensorDesc, offset: number, value: bigint): void {
  for (let bit = 0; bit < precision.bits; bit++) {
    const at = offset * precision.bits + bit;
    const mask = 1 << (precision.kind === "BIN" ? 7 - (at % 8) : at % 8);
    const index = Math.floor(at / 8);
    bytes[index] = ((value >> BigInt(bit)) & 1n) === 1n ? bytes[index]! | mask : bytes[index]! & ~mask;
  }
}

/** What bits stand for: an integer for integers, else a number. */
export function valueOf(kind: PrecisionName, bits: bigint): bigint | number {
  const format = FLOATS[kind];
  if (format !== undefined) return floatOf(format, bits);
  if (kind === "BOOL") return bits === 0n ? 0n : 1n;
  const width = { I64: 64, I32: 32, I16: 16, Q78: 16, I8: 8, I4: 4 }[kind as "I64"] ?? 0;
  const value = SIGNED.has(kind) ? BigInt.asIntN(width, bits) : bits;
  return kind === "Q78" ? Number(value) / 256 : value;
}

/** The bits of the element that a value becomes; of all NaNs, the one that our conversions make of FP16 and BF16. */
export function bitsOf(kind: PrecisionName, value: bigint | number, rounding: Rounding = "half-to-even"): bigint {
  const format = FLOATS[kind];
  if (format !== undefined) return floatBits(format, value);
  if (kind === "BOOL") return value === 0 || value === 0n ? 0n : 1n;
  if (kind === "Q78") {
    const units = typeof value === "number" ? value * 256 : value * 256n;
    return BigInt.asUintN(16, clamp(toInteger(units, rounding), -32_768n, 32_767n));
  }
  const width = Number(/\d+/.exec(kind)?.[0] ?? 1);
  const end = 1n << BigInt(width);
  const [min, max] = SIGNED.has(kind) ? [-end / 2n, end / 2n - 1n] : [0n, end - 1n];
  return BigInt.asUintN(width, clamp(toInteger(value, rounding), min, max));
}

/** Bits of the number in that format that is nearest to the exact value; of two, the even one. */
function floatBits({ bits, significand, least }: FloatFormat, value: bigint | number): bigint {
  const sign = (value < 0 || Object.is(value, -0) ? 1n : 0n) << BigInt(bits - 1);
  const top = BigInt(significand - 1);
  const infinity = ((1n << BigInt(bits - significand)) - 1n) << top;
  if (Number.isNaN(value)) return infinity | (1n << (top - 1n));
  if (value === Infinity || value === -Infinity) return sign | infinity;
  let [units, exponent] = exactly(value);
  if (units === 0n) return sign;
  const unit = Math.max(exponent + units.toString(2).length - 1, least) - (significand - 1);
  if (unit > exponent) {
    const cut = BigInt(unit - exponent);
    const rest = units & ((1n << cut) - 1n);
    units >>= cut;
    const half = 1n << (cut - 1n);
    if (rest > half || (rest === half && (units & 1n) === 1n)) units += 1n;
  } else units <<= BigInt(exponent - unit);
  // Of a normal number, the implicit bit adds one to the exponent; so does a carry out of the significand.
  const result = (BigInt(unit - least + significand - 1) << top) + units;
  return sign | (result < infinity ? result : infinity);
}

function floatOf({ bits, significand, least }: FloatFormat, value: bigint): number {
  const top = BigInt(significand - 1);
  const sign = value >> BigInt(bits - 1) === 1n ? -1 : 1;
  const exponent = Number((value >> top) & ((1n << BigInt(bits - significand)) - 1n));
  const fraction = Number(value & ((1n << top) - 1n));
  if (exponent === 2 ** (bits - significand) - 1) return fraction === 0 ? sign * Infinity : NaN;
  const scaled = fraction / 2 ** (significand - 1);
  return sign * (exponent === 0 ? scaled * 2 ** least : (1 + scaled) * 2 ** (exponent - 1 + least));
}

/** A magnitude as an integer times a power of two. */
function exactly(value: bigint | number): [bigint, number] {
  if (typeof value === "bigint") return [value < 0n ? -value : value, 0];
  let magnitude = Math.abs(value);
  let exponent = 0;
  while (!Number.isInteger(magnitude)) {
    magnitude *= 2;
    exponent--;
  }
  return [BigInt(magnitude), exponent];
}

/** The infinities become something larger than every integer type. */
function toInteger(value: bigint | number, rounding: Rounding): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isNaN(value)) return 0n;
  if (!Number.isFinite(value)) return value > 0 ? 1n << 80n : -(1n << 80n);
  if (rounding === "toward-zero") return BigInt(Math.trunc(value));
  const below = BigInt(Math.floor(value));
  const rest = value - Math.floor(value);
  const isUp = rest > 0.5 || (rest === 0.5 && (below & 1n) === 1n);
  return isUp ? below + 1n : below;
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}
