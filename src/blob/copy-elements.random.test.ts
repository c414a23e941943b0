import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { BlockingDescLike } from "./blocking-desc.ts";
import { copyElements } from "./copy-elements.ts";
import type { LayoutName } from "./layout.ts";
import { Precision } from "./precision.ts";
import type { PrecisionLike } from "./precision.ts";
import { Random, randomDesc, randomDims } from "./random-desc.fixture.ts";
import { readBits, writeBits } from "./reference.fixture.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { TensorDescLiteral } from "./tensor-desc.ts";

const PRECISIONS: PrecisionLike[] = [
  "U8",
  "U16",
  "FP32",
  "FP64",
  "U4",
  "BIN",
  Precision.custom(24),
  Precision.custom(12),
];

test("copies between any two tensors are those of a loop over logical positions", () => {
  const seeds = fc.noShrink(fc.integer());
  const copiesAsReference = fc.property(seeds, (seed) => {
    const random = new Random(seed);
    const precision = random.pick(PRECISIONS);
    const dims = randomDims(random);
    const source = randomDesc(random, precision, dims);
    const target = randomDesc(random, precision, dims);
    // Now and then aligned to less than the elements.
    const shift = random.chance(0.2) ? 1 + random.below(3) : 0;
    const from = random.bytes(source.spanBytes + shift).subarray(shift);
    const to = random.bytes(target.spanBytes);
    const expected = to.slice();
    for (let i = 0; i < source.size; i++) {
      writeBits(expected, target, target.offsetAt(i), readBits(from, source, source.offsetAt(i)));
    }
    if (source.blocking.isPacked && source.blocking.equals(target.blocking)) expected.set(from);
    copyElements(from, source, to, target);
    expect(to).toEqual(expected);
  });
  fc.assert(copiesAsReference, { numRuns: 2500 });
});

test.each([
  ["U8", "NCHW", "NHWC"],
  ["U16", "NCHW", "NHWC"],
  ["FP32", "NCHW", "NHWC"],
  ["FP64", "NCHW", "NHWC"],
  ["U8", "NHWC", "NCHW"],
  ["U16", "NHWC", "NCHW"],
  ["FP32", "NHWC", "NCHW"],
  ["FP64", "NHWC", "NCHW"],
] as const)("images of more than a tile of %s go from %s to %s, whatever their channels", (precision, from, to) => {
  for (const channels of [1, 2, 3, 4, 5, 40]) {
    const source = { precision, dims: [1, channels, 37, 43], layout: from };
    expectCopied(source, to);
  }
});

test("matrices of more than a tile are transposed", () => {
  for (const precision of ["U8", "FP32"] as const) {
    expectCopied({ precision, dims: [130, 67], layout: "NC" }, "CN");
    expectCopied({ precision, dims: [67, 130], layout: "NC" }, "CN");
  }
});

function blocked(inner: number): BlockingDescLike {
  return { blockDims: [1, Math.ceil(24 / inner), 9, 11, inner], order: [0, 1, 2, 3, 1] };
}

test("blocked layouts line up or do not", () => {
  for (const [a, b] of [
    [8, 4],
    [4, 8],
    [8, 6],
    [16, 8],
    [5, 24],
  ] as const) {
    expectCopied({ precision: "U8", dims: [1, 24, 9, 11], layout: blocked(a) }, blocked(b));
  }
});

function expectCopied(like: TensorDescLiteral, layout: LayoutName | BlockingDescLike): void {
  const source = TensorDesc.of(like);
  const target = source.withLayout(layout);
  const elementSize = source.precision.elementSize;
  const from = new Random(7).bytes(source.spanBytes);
  const to = new Uint8Array(target.spanBytes);
  const expected = new Uint8Array(target.spanBytes);
  for (let i = 0; i < source.size; i++) {
    const start = source.offsetAt(i) * elementSize;
    expected.set(from.subarray(start, start + elementSize), target.offsetAt(i) * elementSize);
  }
  copyElements(from, source, to, target);
  expect(firstDifference(to, expected)).toBeUndefined();
}

/** An index: `toEqual` of long arrays takes long, and says more than anyone reads. */
function firstDifference(actual: Uint8Array, expected: Uint8Array): number | undefined {
  const index = actual.findIndex((byte, i) => byte !== expected[i]);
  return index < 0 ? undefined : index;
}
