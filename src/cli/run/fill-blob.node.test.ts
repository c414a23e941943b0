import { describe, expect, test } from "vitest";
import { createBlob } from "../../blob/create-blob.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { fillAtRandom, fillWith } from "./fill-blob.ts";

function values(blob: TBlob): number[] {
  const numbers = createBlob({ precision: "FP64", dims: blob.desc.dims });
  blob.convertTo(numbers);
  const map = numbers.rmap();
  const list = [...map.data];
  map.dispose();
  return list;
}

function filled(precision: PrecisionName, seed: number, count = 1001): TBlob {
  const blob: TBlob = createBlob({ precision, dims: [count] });
  fillAtRandom(blob, seed);
  return blob;
}

describe("generated values", () => {
  const RANGES: readonly (readonly [PrecisionName, least: number, most: number, kinds: number])[] = [
    ["FP64", 0, 1, 900],
    ["FP32", 0, 1, 900],
    ["FP16", 0, 1, 200],
    ["BF16", 0, 1, 200],
    ["I8", -128, 127, 200],
    ["U8", 0, 255, 200],
    ["I4", -8, 7, 16],
    ["U4", 0, 15, 16],
    ["BOOL", 0, 1, 2],
    ["I16", 0, 7, 8],
    ["U16", 0, 7, 8],
    ["I32", 0, 7, 8],
    ["U32", 0, 7, 8],
    ["I64", 0, 7, 8],
    ["U64", 0, 7, 8],
  ];

  test.each(RANGES)("of %s are from %d to %d, and of many kinds", (precision, least, most, kinds) => {
    const list = values(filled(precision, 1));
    expect(Math.min(...list)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...list)).toBeLessThanOrEqual(most);
    expect(new Set(list).size).toBeGreaterThanOrEqual(kinds);
  });

  test("are the same for the same seed only", () => {
    expect(values(filled("FP32", 7))).toEqual(values(filled("FP32", 7)));
    expect(values(filled("FP32", 7))).not.toEqual(values(filled("FP32", 8)));
  });
});

test.each(["FP32", "FP16", "BF16", "I64", "U8", "I4", "BOOL"] as const)("a number fills %s", (precision) => {
  const blob: TBlob = createBlob({ precision, dims: [3] });
  fillWith(blob, () => 1);
  expect(values(blob)).toEqual([1, 1, 1]);
});

test("a scalar is filled, and no elements are none", () => {
  const scalar: TBlob = createBlob({ precision: "I64", dims: [] });
  fillWith(scalar, () => 16_000);
  expect(values(scalar)).toEqual([16_000]);
  expect(values(filled("FP32", 1, 0))).toEqual([]);
});
