import { describe, expect, test } from "vitest";
import { BlobError } from "../../errors.ts";
import { bitsOf, valueOf } from "../reference.fixture.ts";
import { decodeFloat16, encodeFloat16, fromFloat16Bits, toFloat16Bits } from "./float16.ts";

const ALL = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
const isNaNCode = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;

test("all codes stand for the numbers that the format says", () => {
  const wrong = ALL.filter((bits) => !Object.is(fromFloat16Bits(bits), valueOf("FP16", BigInt(bits))));
  expect([...wrong]).toEqual([]);
});

test("all codes survive the way to numbers and back; NaNs become one", () => {
  const expected = ALL.map((bits) => (isNaNCode(bits) ? 0x7e00 : bits));
  expect(ALL.map((bits) => toFloat16Bits(fromFloat16Bits(bits)))).toEqual(expected);
  expect(encodeFloat16(decodeFloat16(ALL))).toEqual(expected);
});

test("what lies between two neighbours goes to the nearer, in the middle to the even one", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7c00; bits++) {
    const low = fromFloat16Bits(bits);
    // Above the largest, the middle is to 2^16, which would be the next.
    const high = bits === 0x7bff ? 2 ** 16 : fromFloat16Bits(bits + 1);
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const gap = high - low;
    const cases = [
      [middle, even],
      [middle - gap * 2 ** -12, bits],
      [middle + gap * 2 ** -12, bits + 1],
      // Too little for a 32-bit float to show: rounding over one would be wrong.
      [middle - gap * 2 ** -30, bits],
      [middle + gap * 2 ** -30, bits + 1],
    ] as const;
    for (const [value, expected] of cases) {
      if (toFloat16Bits(value) !== expected || toFloat16Bits(-value) !== (expected | 0x8000)) wrong.push(value);
    }
    const singles = encodeFloat16(Float32Array.of(middle, middle - gap * 2 ** -12, middle + gap * 2 ** -12));
    if (singles[0] !== even || singles[1] !== bits || singles[2] !== bits + 1) wrong.push(middle);
  }
  expect(wrong).toEqual([]);
});

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65_504, 0x7bff],
  [65_519.99, 0x7bff],
  [65_520, 0x7c00],
  [-1e300, 0xfc00],
  [Infinity, 0x7c00],
  [-Infinity, 0xfc00],
  [NaN, 0x7e00],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [-(2 ** -25), 0x8000],
  [2 ** -25 * 1.001, 0x0001],
  [2 ** -14, 0x0400],
  [5e-324, 0x0000],
])("%d has the bits %i, also in bulk", (value, bits) => {
  expect(toFloat16Bits(value)).toBe(bits);
  expect([...encodeFloat16([value])]).toEqual([bits]);
  expect([...encodeFloat16(Float32Array.of(value))]).toEqual([toFloat16Bits(Math.fround(value))]);
});

test("random doubles and floats are rounded as in exact arithmetic", () => {
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  const float = new Float32Array(1);
  const wrong: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    // Exponents around the range; fractions of all kinds.
    words[0] = Math.imul(i, 0x9e37_79b9);
    words[1] = (((1023 - 28 + (i % 46)) << 20) | (Math.imul(i, 0x85eb_ca6b) & 0x800f_ffff)) >>> 0;
    const value = double[0]!;
    if (BigInt(toFloat16Bits(value)) !== bitsOf("FP16", value)) wrong.push(value);
    float[0] = value;
    if (BigInt(encodeFloat16(float)[0]!) !== bitsOf("FP16", float[0])) wrong.push(float[0]);
  }
  expect(wrong).toEqual([]);
});

describe("in bulk", () => {
  test("a target is filled from its start, and the rest keeps its value", () => {
    const bits = new Uint16Array(3).fill(9);
    expect(encodeFloat16([1, 2], bits)).toBe(bits);
    expect([...bits]).toEqual([0x3c00, 0x4000, 9]);
    const values = new Float32Array(3).fill(9);
    expect(decodeFloat16(bits.subarray(0, 2), values)).toBe(values);
    expect([...values]).toEqual([1, 2, 9]);
  });

  test("a target that is too short throws, and keeps its value", () => {
    const bits = new Uint16Array(1);
    expect(() => encodeFloat16([1, 2], bits)).toThrow(BlobError);
    expect(() => encodeFloat16([1, 2], bits)).toThrow(
      "encodeFloat16: the target has 1 entries, but the results are 2. Bring a longer one, or none.",
    );
    expect(() => decodeFloat16(ALL, new Float32Array(2))).toThrow("decodeFloat16: the target has 2 entries");
    expect(bits[0]).toBe(0);
  });

  test("floats that are a part of their buffer are read where they lie", () => {
    const floats = Float32Array.of(8, 1, 2);
    expect([...encodeFloat16(floats.subarray(1))]).toEqual([0x3c00, 0x4000]);
  });
});
