import * as fc from "fast-check";
import { expect, test } from "vitest";
import { convertElements } from "./convert.ts";
import type { Rounding } from "./convert/round.ts";
import type { PrecisionName } from "./precision.ts";
import { Random, randomDesc, randomDims } from "./random-desc.fixture.ts";
import { bitsOf, readBits, valueOf, writeBits } from "./reference.fixture.ts";
import { TensorDesc } from "./tensor-desc.ts";

const PRECISIONS: readonly PrecisionName[] = [
  "FP64",
  "FP32",
  "FP16",
  "BF16",
  "I64",
  "U64",
  "I32",
  "U32",
  "I16",
  "U16",
  "Q78",
  "I8",
  "U8",
  "BOOL",
  "U4",
  "I4",
  "BIN",
];
const ROUNDINGS: Rounding[] = ["half-to-even", "toward-zero"];

/** Around every range of an integer and of a float, in steps that ties are made of; and what is no finite number. */
const EDGES = [
  1,
  2,
  8,
  16,
  127,
  128,
  255,
  2 ** 15,
  2 ** 16,
  2 ** 24,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  65_504,
];
const SPECIAL = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  2 ** -24,
  2 ** -25,
  3 * 2 ** -26,
  2 ** -14,
  2 ** -133,
  2 ** -1074,
  3.4e38,
];
const NUMBERS = [
  ...SPECIAL,
  ...EDGES.flatMap((edge) => [edge, edge - 1, edge + 1, edge - 0.5, edge + 0.5, edge * (1 + 2 ** -11), edge / 3]),
];

/** Random bits, or the bits of one of the numbers above. */
function randomElement(random: Random, kind: PrecisionName): bigint {
  if (random.chance(0.5)) return bitsOf(kind, random.pick(NUMBERS) * random.pick([1, -1]));
  const width = random.chance(0.5) ? 64 : 1 + random.below(64);
  const words = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return words & ((1n << BigInt(width)) - 1n);
}

/** The bits that an element may hold: of all NaNs, FP32 and FP64 may hold any. */
function isNaNOf(kind: PrecisionName, bits: bigint): boolean {
  return (kind === "FP32" || kind === "FP64") && Number.isNaN(valueOf(kind, bits));
}

function expectConverted(random: Random, source: TensorDesc, target: TensorDesc, rounding: Rounding): void {
  const from = random.bytes(source.spanBytes);
  for (let i = 0; i < source.size; i++) {
    writeBits(from, source, source.offsetAt(i), randomElement(random, source.precision.kind));
  }
  const to = random.bytes(target.spanBytes);
  const expected = to.slice();
  convertElements(from, source, to, target, rounding);
  const [sourceKind, targetKind] = [source.precision.kind, target.precision.kind];
  const wrong: string[] = [];
  for (let i = 0; i < source.size; i++) {
    const at = target.offsetAt(i);
    const value = valueOf(sourceKind, readBits(from, source, source.offsetAt(i)));
    const written = readBits(to, target, at);
    const right = bitsOf(targetKind, value, rounding);
    const isRight = written === right || (isNaNOf(targetKind, right) && isNaNOf(targetKind, written));
    if (!isRight) {
      wrong.push(
        `${sourceKind} ${value} became the bits ${written.toString(16)} of ${targetKind}, not ${right.toString(16)}`,
      );
    }
    writeBits(expected, target, at, written);
  }
  expect(wrong).toEqual([]);
  // What lies between the elements keeps its value.
  expect(to).toEqual(expected);
}

test("conversions between any two tensors are those of exact arithmetic over logical positions", () => {
  const seeds = fc.noShrink(fc.integer());
  const convertsAsReference = fc.property(seeds, (seed) => {
    const random = new Random(seed);
    const sourceKind = random.pick(PRECISIONS);
    const targetKind = random.pick(PRECISIONS.filter((kind) => kind !== sourceKind));
    const dims = randomDims(random);
    const source = randomDesc(random, sourceKind, dims);
    const target = randomDesc(random, targetKind, dims);
    expectConverted(random, source, target, random.pick(ROUNDINGS));
  });
  fc.assert(convertsAsReference, { numRuns: 1500 });
});

test.each(PRECISIONS)("%s becomes every other precision, in long rows, in rows with gaps and alone", (sourceKind) => {
  const random = new Random(PRECISIONS.indexOf(sourceKind) + 1);
  for (const targetKind of PRECISIONS) {
    if (targetKind === sourceKind) continue;
    for (const rounding of ROUNDINGS) {
      expectConverted(random, new TensorDesc(sourceKind, [130]), new TensorDesc(targetKind, [130]), rounding);
      expectConverted(random, new TensorDesc(sourceKind, []), new TensorDesc(targetKind, []), rounding);
      const gaps = { blockDims: [50], order: [0], strides: [3] };
      expectConverted(random, new TensorDesc(sourceKind, [50], gaps), new TensorDesc(targetKind, [50]), rounding);
    }
  }
});

test("more elements than are converted at a time all arrive", () => {
  const random = new Random(5);
  for (const [from, to] of [
    ["FP32", "U8"],
    ["FP32", "FP16"],
    ["U8", "FP32"],
    ["I64", "FP32"],
  ] as const) {
    const nhwc = new TensorDesc(from, [1, 3, 37, 41], "NHWC");
    expectConverted(random, nhwc, nhwc.withLayout("NCHW").withPrecision(to), "half-to-even");
    expectConverted(random, nhwc, nhwc.withPrecision(to), "half-to-even");
  }
});
