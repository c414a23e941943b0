import { describe, expect, test } from "vitest";
import { BlobError } from "../../errors.ts";
import { packBin, packI4, packNF4, packU4, unpackBin, unpackI4, unpackNF4, unpackU4 } from "./sub-byte.ts";

describe("4-bit elements", () => {
  test("have the low half of a byte first", () => {
    expect([...packU4([1, 2, 3])]).toEqual([0x21, 0x03]);
    expect([...unpackU4([0x21, 0x43])]).toEqual([1, 2, 3, 4]);
    expect([...packNF4([15, 0])]).toEqual([0x0f]);
    expect([...unpackNF4([0x7f])]).toEqual([15, 7]);
  });

  test("with a sign are in two's complement", () => {
    expect([...packI4([-1, 7, -8])]).toEqual([0x7f, 0x08]);
    expect([...unpackI4([0x7f, 0x08], 3)]).toEqual([-1, 7, -8]);
  });
});

test("bits have the highest first", () => {
  expect([...packBin([1, 1, 0, 0, 0, 0, 0, 0, 1])]).toEqual([0b1100_0000, 0b1000_0000]);
  expect([...unpackBin([0b1100_0001])]).toEqual([1, 1, 0, 0, 0, 0, 0, 1]);
});

test("every byte survives the way to elements and back", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(packU4(unpackU4(bytes))).toEqual(bytes);
  expect(packI4(unpackI4(bytes))).toEqual(bytes);
  expect(packNF4(unpackNF4(bytes))).toEqual(bytes);
  expect(packBin(unpackBin(bytes))).toEqual(bytes);
});

test("a target is filled from its start; of its last byte, what is not needed becomes 0", () => {
  const bytes = new Uint8Array(3).fill(0xff);
  expect(packU4([1, 2, 3], bytes)).toBe(bytes);
  expect([...bytes]).toEqual([0x21, 0x03, 0xff]);
});

test("nothing packs to nothing", () => {
  expect(packBin([])).toEqual(new Uint8Array());
  expect(unpackI4([], 0)).toEqual(new Int8Array());
});

describe("throws, and writes nothing,", () => {
  test.each([
    [packU4, [0, 16], "values[1] is 16, but U4 takes integers from 0 to 15. Round and clamp it first."],
    [packU4, [-1], "values[0] is -1, but U4 takes integers from 0 to 15"],
    [packI4, [8], "values[0] is 8, but I4 takes integers from -8 to 7"],
    [packNF4, [0.5], "values[0] is 0.5, but NF4 takes integers from 0 to 15"],
    [packBin, [0, 2], "values[1] is 2, but BIN takes integers from 0 to 1"],
    [packBin, [NaN], "values[0] is NaN"],
    [packU4, ["7"], 'values[0] is "7"'],
  ] as const)("for a value that does not fit", (pack, values, message) => {
    const bytes = new Uint8Array(1).fill(0xaa);
    expect(() => pack(values as readonly number[], bytes)).toThrow(BlobError);
    expect(() => pack(values as readonly number[], bytes)).toThrow(message);
    expect(bytes[0]).toBe(0xaa);
  });

  test("for a target that is too short", () => {
    expect(() => packU4([1, 2, 3], new Uint8Array(1))).toThrow(BlobError);
    expect(() => packU4([1, 2, 3], new Uint8Array(1))).toThrow(
      "pack U4: the target has 1 entries, but the results are 2. Bring a longer one, or none.",
    );
  });

  test("for more elements than there are, and for no number of them", () => {
    expect(() => unpackU4([1], 3)).toThrow(BlobError);
    expect(() => unpackU4([1], 3)).toThrow(
      "3 elements cannot be unpacked from 1 bytes: they hold 2 of U4. Use an integer from 0 to 2.",
    );
    for (const count of [-1, 0.5, NaN]) expect(() => unpackBin([1], count)).toThrow("they hold 8 of BIN");
  });
});
