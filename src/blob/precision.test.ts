import { describe, expect, expectTypeOf, test } from "vitest";
import { DescError } from "../errors.ts";
import { Precision } from "./precision.ts";
import type { PrecisionName } from "./precision.ts";

/** OpenVINO's numbers: value, bits, bytes of one element, of three. */
const TABLE: [PrecisionName, number, number, number, number][] = [
  ["FP32", 10, 32, 4, 12],
  ["FP16", 11, 16, 2, 6],
  ["BF16", 12, 16, 2, 6],
  ["FP64", 13, 64, 8, 24],
  ["NF4", 14, 4, 1, 2],
  ["Q78", 20, 16, 2, 6],
  ["I16", 30, 16, 2, 6],
  ["U4", 39, 4, 1, 2],
  ["U8", 40, 8, 1, 3],
  ["BOOL", 41, 8, 1, 3],
  ["I4", 49, 4, 1, 2],
  ["I8", 50, 8, 1, 3],
  ["U16", 60, 16, 2, 6],
  ["I32", 70, 32, 4, 12],
  ["BIN", 71, 1, 1, 1],
  ["I64", 72, 64, 8, 24],
  ["U64", 73, 64, 8, 24],
  ["U32", 74, 32, 4, 12],
];

test.each(TABLE)("%s has OpenVINO's value and bits", (name, value, bits, one, three) => {
  const precision = Precision.of(name);
  expect(precision).toMatchObject({ kind: name, name, value, bits, elementSize: one });
  expect(precision.byteSizeOf(3)).toBe(three);
  expect(precision.byteSizeOf(0)).toBe(0);
});

test.each(["MIXED", "UNSPECIFIED"] as const)("%s has a value, but no size", (name) => {
  expect(Precision.of(name).value).toBe(name === "MIXED" ? 0 : 255);
  expect(Precision.of(name).bits).toBe(0);
  expect(() => Precision.of(name).elementSize).toThrow(`${name} has no element size`);
  expect(() => Precision.of(name).byteSizeOf(0)).toThrow(DescError);
});

test("floats and signs are OpenVINO's", () => {
  const names = TABLE.map(([name]) => name);
  expect(names.filter((name) => Precision.of(name).isFloat)).toEqual(["FP32", "FP16", "BF16", "FP64"]);
  expect(names.filter((name) => !Precision.of(name).isSigned)).toEqual(["U4", "U8", "BOOL", "U16", "U64", "U32"]);
});

describe("of", () => {
  test("gives the one object of a name, and a precision as it is", () => {
    expect(Precision.of("FP32")).toBe(Precision.FP32);
    const mine = Precision.custom(12);
    expect(Precision.of(mine)).toBe(mine);
  });

  test.each([
    ["fp32", '"fp32" is no precision. Did you mean FP32?'],
    ["F16", "Did you mean FP16"],
    ["float32", "Known names are UNSPECIFIED, MIXED, FP32"],
    ["CUSTOM", "Use Precision.custom(bits)."],
    ["__proto__", '"__proto__" is no precision.'],
    [32, "32 is no precision"],
    [undefined, "undefined is no precision"],
    [null, "null is no precision"],
    [{ name: "FP32" }, "a Object is no precision"],
  ])("refuses %s with a cure", (like, message) => {
    expect(() => Precision.of(like as "FP32")).toThrow(DescError);
    expect(() => Precision.of(like as "FP32")).toThrow(message);
  });
});

describe("custom", () => {
  test("has its bits, its name and OpenVINO's value", () => {
    expect(Precision.custom(12)).toMatchObject({ kind: "CUSTOM", name: "CUSTOM", value: 80, bits: 12, elementSize: 2 });
    expect(Precision.custom(24, "RGB").toString()).toBe("RGB");
    expect(Precision.custom(12).byteSizeOf(3)).toBe(5);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity, 8n, "8", undefined])("refuses %s bits", (bits) => {
    expect(() => Precision.custom(bits as number)).toThrow(DescError);
  });

  test("equals another of the same name and bits", () => {
    expect(Precision.custom(12).equals(Precision.custom(12))).toBe(true);
    expect(Precision.custom(12).equals(Precision.custom(13))).toBe(false);
    expect(Precision.custom(12).equals(Precision.custom(12, "Other"))).toBe(false);
    expect(Precision.FP32.equals("FP32")).toBe(true);
    expect(Precision.FP32.equals("I32")).toBe(false);
  });
});

test("byte sizes are exact up to 2^53 - 1 and throw above", () => {
  expect(Precision.FP64.byteSizeOf(2 ** 50 - 1)).toBe(2 ** 53 - 8);
  expect(() => Precision.FP64.byteSizeOf(2 ** 50)).toThrow("The byte size at 64 bits per element");
  expect(Precision.BIN.byteSizeOf(Number.MAX_SAFE_INTEGER)).toBe(2 ** 50);
  expect(Precision.I4.byteSizeOf(Number.MAX_SAFE_INTEGER)).toBe(2 ** 52);
});

test("a precision cannot be changed", () => {
  expect(() => Object.assign(Precision.FP32, { bits: 1 })).toThrow(TypeError);
});

test("the compiler knows which precision it is", () => {
  expectTypeOf(Precision.FP32).toEqualTypeOf<Precision<"FP32">>();
  expectTypeOf(Precision.of("I64")).toEqualTypeOf<Precision<"I64">>();
  expectTypeOf(Precision.custom(12)).toEqualTypeOf<Precision<"CUSTOM">>();
});
