import { expect, test } from "vitest";
import { BlobError } from "../../errors.ts";
import { bitsOf, valueOf } from "../reference.fixture.ts";
import { decodeBfloat16, encodeBfloat16, fromBfloat16Bits, toBfloat16Bits } from "./bfloat16.ts";

const ALL = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
const isNaNCode = (bits: number): boolean => (bits & 0x7fff) > 0x7f80;

test("all codes stand for the numbers that the format says", () => {
  const wrong = ALL.filter((bits) => !Object.is(fromBfloat16Bits(bits), valueOf("BF16", BigInt(bits))));
  expect([...wrong]).toEqual([]);
});

test("all codes survive the way to numbers and back; NaNs become one", () => {
  const expected = ALL.map((bits) => (isNaNCode(bits) ? 0x7fc0 : bits));
  expect(ALL.map((bits) => toBfloat16Bits(fromBfloat16Bits(bits)))).toEqual(expected);
  expect(encodeBfloat16(decodeBfloat16(ALL))).toEqual(expected);
});

test("what lies between two neighbours goes to the nearer, in the middle to the even one", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7f80; bits++) {
    const low = fromBfloat16Bits(bits);
    const high = bits === 0x7f7f ? 2 ** 128 : fromBfloat16Bits(bits + 1);
    const middle = low + (high - low) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const gap = high - low;
    const cases = [
      [middle, even],
      // Too little for a 32-bit float to show: rounding over one would be wrong.
      [middle - gap * 2 ** -30, bits],
      [middle + gap * 2 ** -30, bits + 1],
    ] as const;
    for (const [value, expected] of cases) {
      if (toBfloat16Bits(value) !== expected || toBfloat16Bits(-value) !== (expected | 0x8000)) wrong.push(value);
    }
    const singles = encodeBfloat16(Float32Array.of(middle, middle - gap / 8, -middle - gap / 8));
    if (singles[0] !== even || singles[1] !== bits || singles[2] !== ((bits + 1) | 0x8000)) wrong.push(middle);
  }
  expect(wrong).toEqual([]);
});

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3f80],
  [-2, 0xc000],
  [Infinity, 0x7f80],
  [-1e300, 0xff80],
  [NaN, 0x7fc0],
  [2 ** -133, 0x0001],
  [2 ** -134, 0x0000],
  [5e-324, 0x0000],
])("%d has the bits %i, also in bulk", (value, bits) => {
  expect(toBfloat16Bits(value)).toBe(bits);
  expect([...encodeBfloat16([value]), ...encodeBfloat16(Float32Array.of(value))]).toEqual([bits, bits]);
});

test("random doubles are rounded as in exact arithmetic", () => {
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  const wrong: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    words[0] = Math.imul(i, 0x9e37_79b9);
    words[1] = (((1023 - 140 + (i % 275)) << 20) | (Math.imul(i, 0x85eb_ca6b) & 0x800f_ffff)) >>> 0;
    const value = double[0]!;
    if (BigInt(toBfloat16Bits(value)) !== bitsOf("BF16", value)) wrong.push(value);
  }
  expect(wrong).toEqual([]);
});

test("NaNs of every sign and payload become one in bulk", () => {
  const words = Uint32Array.of(0x7f80_0001, 0xffff_ffff, 0x7fff_ffff, 0xff80_8000);
  expect([...encodeBfloat16(new Float32Array(words.buffer))]).toEqual([0x7fc0, 0x7fc0, 0x7fc0, 0x7fc0]);
});

test("a target is filled from its start; one that is too short throws", () => {
  const bits = new Uint16Array(3).fill(9);
  expect([...encodeBfloat16([1, 2], bits)]).toEqual([0x3f80, 0x4000, 9]);
  const values = new Float32Array(3).fill(9);
  expect([...decodeBfloat16(bits.subarray(0, 2), values)]).toEqual([1, 2, 9]);
  expect(() => encodeBfloat16([1, 2, 3, 4], bits)).toThrow(BlobError);
  expect(() => encodeBfloat16([1, 2, 3, 4], bits)).toThrow(
    "encodeBfloat16: the target has 3 entries, but the results are 4",
  );
  expect(() => decodeBfloat16(ALL, values)).toThrow(
    "decodeBfloat16: the target has 3 entries, but the results are 65536",
  );
});
