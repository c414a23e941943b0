import { describe, expect, test } from "vitest";
import { CountingAllocator } from "../../../test/support/counting-allocator.ts";
import { Random } from "../../../test/support/random.ts";
import { BlobError, DescError } from "../../errors.ts";
import { createBlob } from "../create-blob.ts";
import type { LayoutName } from "../layout.ts";
import { TBlob } from "../tblob.ts";
import { convertColour } from "./convert-colour.ts";
import type { ConvertColourOptions } from "./convert-colour.ts";
import { I420Blob } from "./i420-blob.ts";
import { NV12Blob } from "./nv12-blob.ts";

/** BT.601 the other way round: the real matrix from RGB to limited-range YUV, inverted numerically. */
const WEIGHTS = [0.299, 0.587, 0.114] as const;
const FORWARD = [
  WEIGHTS.map((weight) => (219 / 255) * weight),
  WEIGHTS.map((weight, i) => ((224 / 255) * ((i === 2 ? 1 : 0) - weight)) / (2 * (1 - WEIGHTS[2]))),
  WEIGHTS.map((weight, i) => ((224 / 255) * ((i === 0 ? 1 : 0) - weight)) / (2 * (1 - WEIGHTS[0]))),
];
const INVERSE = inverse(FORWARD);

function inverse(m: readonly number[][]): number[][] {
  const at = (row: number, column: number): number => m[(row + 3) % 3]![(column + 3) % 3]!;
  const cofactor = (i: number, j: number): number =>
    at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
  const determinant = at(0, 0) * cofactor(0, 0) + at(0, 1) * cofactor(0, 1) + at(0, 2) * cofactor(0, 2);
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}

function expectedRgb(y: number, u: number, v: number): number[] {
  return INVERSE.map(([a, b, c]) => {
    const value = a! * (y - 16) + b! * (u - 128) + c! * (v - 128);
    return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  });
}

function plane(dims: readonly number[], fill: (i: number) => number): TBlob<"U8"> {
  const blob = createBlob({ precision: "U8", dims, layout: "NHWC" });
  using map = blob.wmap();
  for (let i = 0; i < map.data.length; i++) map.data[i] = fill(i);
  return blob;
}

/** A picture of one colour, and what its upper left pixel is converted to. */
function convertOne(y: number, u: number, v: number, options?: ConvertColourOptions): number[] {
  const picture = new NV12Blob(
    plane([1, 1, 2, 2], () => y),
    plane([1, 2, 1, 1], (i) => (i === 0 ? u : v)),
  );
  using target = createBlob({ precision: "U8", dims: [1, 3, 2, 2], layout: "NHWC" });
  convertColour(picture, target, options);
  using map = target.rmap();
  for (let pixel = 1; pixel < 4; pixel++) {
    expect(map.data.slice(pixel * 3, pixel * 3 + 3)).toEqual(map.data.slice(0, 3));
  }
  return Array.from(map.data.subarray(0, 3));
}

describe("known colours", () => {
  test.each([
    ["black", [16, 128, 128], [0, 0, 0]],
    ["white", [235, 128, 128], [255, 255, 255]],
    ["mid grey", [126, 128, 128], [128, 128, 128]],
    ["red", [81, 90, 240], [254, 0, 0]],
    ["green", [145, 54, 34], [0, 255, 1]],
    ["blue", [41, 240, 110], [0, 0, 255]],
    ["below black", [0, 128, 128], [0, 0, 0]],
    ["above white", [255, 128, 128], [255, 255, 255]],
    ["the lowest of everything", [0, 0, 0], [0, 136, 0]],
    ["the highest of everything", [255, 255, 255], [255, 125, 255]],
  ])("%s: YUV %o is RGB %o", (_, [y, u, v], rgb) => {
    expect(convertOne(y!, u!, v!)).toEqual(rgb);
    expect(convertOne(y!, u!, v!, { order: "BGR" })).toEqual(rgb.toReversed());
    const difference = expectedRgb(y!, u!, v!).map((value, i) => Math.abs(value - rgb[i]!));
    expect(Math.max(...difference)).toBeLessThanOrEqual(1);
  });
});

test("every luma with every fifth chroma is within 1 of the real formula, and nearly always equal", () => {
  const steps = Array.from({ length: 52 }, (_, i) => 5 * i);
  const lumas = plane([1, 1, 2, 256], (i) => i % 256);
  using target = createBlob({ precision: "U8", dims: [1, 3, 2, 256] });
  let [count, unequal, worst] = [0, 0, 0];
  for (const u of steps) {
    for (const v of steps) {
      const chroma = [plane([1, 1, 1, 128], () => u), plane([1, 1, 1, 128], () => v)] as const;
      convertColour(new I420Blob(lumas, ...chroma), target);
      using map = target.rmap();
      for (let y = 0; y < 256; y++) {
        for (const [channel, value] of expectedRgb(y, u, v).entries()) {
          const difference = Math.abs(value - map.data[channel * 512 + y]!);
          worst = Math.max(worst, difference);
          unequal += difference === 0 ? 0 : 1;
          count++;
        }
      }
      for (const blob of chroma) blob.deallocate();
    }
  }
  expect(count).toBe(52 * 52 * 256 * 3);
  expect(worst).toBeLessThanOrEqual(1);
  expect(unequal / count).toBeLessThan(0.001);
});

/** A blob of the dims inside a larger one, with a frame of other bytes around it and strides that are not dense. */
function framed(
  random: Random,
  dims: readonly number[],
  layout: LayoutName,
): { outer: TBlob<"U8">; inner: TBlob<"U8"> } {
  const before = dims.map(() => random.below(3));
  const outerDims = dims.map((dim, d) => before[d]! + dim + random.below(3));
  const outer = createBlob({ precision: "U8", dims: outerDims, layout });
  using map = outer.wmap();
  for (let i = 0; i < map.data.length; i++) map.data[i] = random.below(256);
  const inner = outer.createROI(
    before,
    before.map((index, d) => index + dims[d]!),
  );
  return { outer, inner };
}

function bytesOf(blob: TBlob<"U8">): { start: number; bytes: Uint8Array } {
  using map = blob.rmap();
  return { start: map.bytes.byteOffset, bytes: map.bytes.slice() };
}

/** All values of a region in logical order. */
function valuesOf(blob: TBlob<"U8">): number[] {
  return [...blob.elements()].map(({ value }) => value);
}

test("random pictures, regions and targets with strides are converted pixel by pixel, and nothing around them", () => {
  let pixels = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const random = new Random(seed);
    const [images, height, width] = [random.between(1, 2), 2 * random.below(4), 2 * random.below(4)];
    const framedPlane = (channels: number, h: number, w: number): TBlob<"U8"> =>
      framed(random, [images, channels, h, w], "NHWC").inner;
    const y = framedPlane(1, height, width);
    const isNv12 = random.oneIn(2);
    const chroma = isNv12 ? [2] : [1, 1];
    const planes = chroma.map((channels) => framedPlane(channels, height / 2, width / 2));
    const picture = isNv12 ? new NV12Blob(y, planes[0]!) : new I420Blob(y, planes[0]!, planes[1]!);
    const { outer, inner } = framed(random, [images, 3, height, width], random.pick(["NCHW", "NHWC"]));
    const order = random.pick(["RGB", "BGR"] as const);

    const before = bytesOf(outer);
    convertColour(picture, inner, { order });
    const after = bytesOf(outer);

    const lumas = valuesOf(y);
    const samples = planes.map((blob) => valuesOf(blob));
    const sampleAt = (n: number, c: number, h: number, w: number): number => {
      const row = (isNv12 ? 2 * n + c : n) * (height / 2) + (h >> 1);
      return samples[isNv12 ? 0 : c]![row * (width / 2) + (w >> 1)]!;
    };
    const shift = bytesOf(inner).start - after.start;
    let worst = 0;
    for (const { position, offset } of inner.elements()) {
      const [n, c, h, w] = position as [number, number, number, number];
      const rgb = expectedRgb(lumas[(n * height + h) * width + w]!, sampleAt(n, 0, h, w), sampleAt(n, 1, h, w));
      const expected = rgb[order === "BGR" ? 2 - c : c]!;
      worst = Math.max(worst, Math.abs(after.bytes[shift + offset]! - expected));
      // What is left are the bytes around the target.
      before.bytes[shift + offset] = after.bytes[shift + offset]!;
      pixels++;
    }
    expect([seed, worst <= 1, after.bytes]).toEqual([seed, true, before.bytes]);
  }
  expect(pixels).toBeGreaterThan(10_000);
});

test("a target in the memory of its source gets what another target would", () => {
  for (const layout of ["NCHW", "NHWC"] as const) {
    using memory = createBlob({ precision: "U8", dims: [200] });
    {
      using map = memory.wmap();
      for (let i = 0; i < 200; i++) map.data[i] = (i * 83) % 256;
    }
    using y = memory.viewAs({ precision: "U8", dims: [1, 1, 6, 8], layout: "NHWC" }, 20);
    using uv = memory.viewAs({ precision: "U8", dims: [1, 2, 3, 4], layout: "NHWC" }, 100);
    using inPlace = memory.viewAs({ precision: "U8", dims: [1, 3, 6, 8], layout });
    using apart = createBlob(inPlace.desc);
    const picture = new NV12Blob(y, uv);
    convertColour(picture, apart);
    convertColour(picture, inPlace);
    expect(valuesOf(inPlace)).toEqual(valuesOf(apart));
  }
});

describe("a conversion is refused before anything is written:", () => {
  const y = plane([1, 1, 2, 4], () => 90);
  const uv = plane([1, 2, 1, 2], () => 90);
  const picture = new NV12Blob(y, uv);
  const good = createBlob({ precision: "U8", dims: [1, 3, 2, 4], layout: "NHWC" });
  const U8 = "U8" as const;
  const WRONG: [string, unknown, unknown, unknown, typeof BlobError | typeof DescError, string][] = [
    [
      "no picture",
      y,
      good,
      {},
      BlobError,
      "the source is an NV12Blob or I420Blob, not a TBlob. Make one of the planes.",
    ],
    ["nothing", null, good, {}, BlobError, "the source is an NV12Blob or I420Blob, not null"],
    [
      "into no blob",
      picture,
      new Uint8Array(24),
      {},
      BlobError,
      "the target is a TBlob, not a Uint8Array. Wrap an array",
    ],
    [
      "into floats",
      picture,
      createBlob({ precision: "FP32", dims: [1, 3, 2, 4] }),
      {},
      DescError,
      "the target is FP32 [1, 3, 2, 4] NCHW, but colours are U8",
    ],
    [
      "into another layout",
      picture,
      createBlob({ precision: U8, dims: [1, 3, 2, 4], layout: "OIHW" }),
      {},
      DescError,
      "U8 [1, 3, 2, 4] OIHW, neither NCHW nor NHWC",
    ],
    [
      "into one channel",
      picture,
      createBlob({ precision: U8, dims: [1, 1, 2, 4] }),
      {},
      DescError,
      "the target has the dims [1, 1, 2, 4], but the picture has [1, 3, 2, 4]",
    ],
    [
      "into another size",
      picture,
      createBlob({ precision: U8, dims: [1, 3, 4, 2] }),
      {},
      DescError,
      "the target has the dims [1, 3, 4, 2]",
    ],
    [
      "into no memory",
      picture,
      new TBlob({ precision: U8, dims: [1, 3, 2, 4] }),
      {},
      BlobError,
      "the target U8 [1, 3, 2, 4] NCHW has no memory. Call allocate() first.",
    ],
    [
      "to another order",
      picture,
      good,
      { order: "RBG" },
      DescError,
      'the order is "RGB" or "BGR", not "RBG". Choose one of them.',
    ],
    ["to no order", picture, good, { order: 3 }, DescError, "not 3"],
  ];

  test.each(WRONG)("%s", (_, source, target, options, error, message) => {
    good.wmap().data.fill(7);
    const convert = (): void =>
      convertColour(source as NV12Blob, target as TBlob<"U8">, options as ConvertColourOptions);
    expect(convert).toThrow(error);
    expect(convert).toThrow("convertColour: ");
    expect(convert).toThrow(message);
    expect(valuesOf(good).every((value) => value === 7)).toBe(true);
  });

  test("a plane without memory, leaving no lock", () => {
    const allocator = new CountingAllocator();
    const luma = createBlob({ precision: U8, dims: [1, 1, 2, 4], layout: "NHWC" }, { allocator });
    const chroma = new TBlob({ precision: U8, dims: [1, 2, 1, 2], layout: "NHWC" }, allocator);
    using target = createBlob({ precision: U8, dims: [1, 3, 2, 4] }, { allocator });
    const convert = (): void => convertColour(new NV12Blob(luma, chroma), target);
    expect(convert).toThrow(BlobError);
    expect(convert).toThrow("U8 [1, 2, 1, 2] NHWC has no memory");
    expect(allocator).toMatchObject({ locks: 0, writeLocks: 0 });
  });
});

test("reads are read locks, the target is a write lock, and all are given back", () => {
  const allocator = new CountingAllocator();
  const make = (dims: number[]): TBlob<"U8"> => createBlob({ precision: "U8", dims, layout: "NHWC" }, { allocator });
  convertColour(new I420Blob(make([1, 1, 2, 2]), make([1, 1, 1, 1]), make([1, 1, 1, 1])), make([1, 3, 2, 2]));
  expect(allocator).toMatchObject({ locks: 0, readLocks: 3, writeLocks: 1, allocs: 4 });
});
