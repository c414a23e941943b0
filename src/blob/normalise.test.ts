import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlobError, DescError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import { fromFloat16Bits, toFloat16Bits } from "./formats/float16.ts";
import { normalise } from "./normalise.ts";
import type { NormaliseOptions } from "./normalise/tables.ts";
import { Random } from "./random-desc.fixture.ts";
import { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { TensorDescLike } from "./tensor-desc.ts";

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Bits of the FP16 data of a blob, whatever the runtime maps them as. */
function halvesOf(blob: TBlob<"FP16">): Uint16Array {
  const { bytes } = blob.rmap();
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** A blob that the compiler would not let through. */
function anyBlob(like: TensorDescLike): never {
  return createBlob(like) as never;
}

/** Normalises, and compares every element with the formula. */
function expectNormalised(source: TBlob<"U8">, target: TBlob<"FP32" | "FP16">, options: NormaliseOptions): void {
  const { desc } = target;
  const isHalf = desc.precision.kind === "FP16";
  target.wmap().bytes.fill(0x55);
  normalise(source, target, options);
  const pixels = source.rmap().data;
  const written = isHalf ? halvesOf(target as TBlob<"FP16">) : (target as TBlob<"FP32">).rmap().data;
  const expected = (isHalf ? new Uint16Array(written.length) : new Float32Array(written.length)) as Float32Array;
  new Uint8Array(expected.buffer).fill(0x55);
  const { scale = 1 / 255, mean = 0, std = 1, reverseChannels = false } = options;
  const channel = desc.rank - 3;
  const channels = desc.dims[channel]!;
  forEachPosition(desc.dims, (position) => {
    const c = position[channel]!;
    const from = position.with(channel, reverseChannels ? channels - 1 - c : c);
    const value = (pixels[source.desc.offsetOf(from)]! * scale - entryOf(mean, c)) / entryOf(std, c);
    expected[desc.offsetOf(position)] = isHalf ? toFloat16Bits(value) : value;
  });
  expect([...written]).toEqual([...expected]);
}

function entryOf(parameter: number | readonly number[], c: number): number {
  return typeof parameter === "number" ? parameter : parameter[c]!;
}

function forEachPosition(dims: readonly number[], visit: (position: number[]) => void, position: number[] = []): void {
  if (position.length === dims.length) visit(position);
  else for (let i = 0; i < dims[position.length]!; i++) forEachPosition(dims, visit, [...position, i]);
}

const LAYOUTS = ["NCHW", "NHWC"] as const;
const CASES = LAYOUTS.flatMap((from) => LAYOUTS.map((to) => [from, to] as const));

describe.each(["FP32", "FP16"] as const)("to %s", (precision) => {
  test.each(CASES)("from %s to %s, every element is as the formula says", (from, to) => {
    for (const channels of [1, 2, 3, 4]) {
      const dims = [2, channels, 5, 7];
      const source = createBlob({ precision: "U8", dims, layout: from });
      source.wmap().data.set(new Random(channels).bytes(source.byteSize));
      const target = createBlob({ precision, dims, layout: to });
      const mean = [0.1, 0.2, 0.3, 0.4].slice(0, channels);
      const std = [0.5, 0.25, 2, 0.125].slice(0, channels);
      expectNormalised(source, target, { mean, std });
      expectNormalised(source, target, { mean, std, scale: 1, reverseChannels: true });
    }
  });

  test("images of more than a tile arrive whole", () => {
    const source = createBlob({ precision: "U8", dims: [1, 3, 50, 61], layout: "NHWC" });
    source.wmap().data.set(new Random(3).bytes(source.byteSize));
    expectNormalised(source, createBlob({ precision, dims: [1, 3, 50, 61] }), IMAGENET);
  });

  test("strides, paddings and blocks of either side are followed", () => {
    const dims = [1, 3, 4, 6];
    const rgba = { blockDims: [1, 4, 6, 3], order: [0, 2, 3, 1], strides: [200, 40, 4, 1], offsetPadding: 2 };
    const blocked = { blockDims: [1, 1, 4, 6, 8], order: [0, 1, 2, 3, 1] };
    const split = { blockDims: [1, 3, 2, 6, 3], order: [0, 1, 2, 3, 2] };
    const source = createBlob({ precision: "U8", dims, layout: rgba });
    source.wmap().data.set(new Random(4).bytes(source.desc.spanBytes));
    for (const layout of [rgba, blocked, split]) {
      expectNormalised(source, createBlob({ precision, dims, layout }), { ...IMAGENET, reverseChannels: true });
    }
  });
});

test("random shapes and parameters are as the formula says", () => {
  const seeds = fc.noShrink(fc.integer());
  const normalisesAsFormula = fc.property(seeds, (seed) => {
    const random = new Random(seed);
    const channels = 1 + random.below(4);
    const [height, width] = [1 + random.below(6), 1 + random.below(9)];
    const batch = random.chance(0.5) ? [] : [1 + random.below(2)];
    const dims = [...batch, channels, height, width];
    const names = batch.length === 0 ? (["CHW", "HWC"] as const) : LAYOUTS;
    const source = createBlob({ precision: "U8", dims, layout: random.pick(names) });
    source.wmap().data.set(random.bytes(source.byteSize));
    const target = createBlob({ precision: random.pick(["FP32", "FP16"] as const), dims, layout: random.pick(names) });
    const parameter = (least: number) =>
      random.chance(0.3) ? least + random.next() : Array.from({ length: channels }, () => least + random.next());
    const options = {
      ...(random.chance(0.5) ? { scale: random.next() } : {}),
      ...(random.chance(0.7) ? { mean: parameter(-0.5) } : {}),
      ...(random.chance(0.7) ? { std: parameter(0.1) } : {}),
      reverseChannels: random.chance(0.5),
    };
    expectNormalised(source, target, options);
  });
  fc.assert(normalisesAsFormula, { numRuns: 500 });
});

test("white is 1 and black is 0 where nothing is asked for", () => {
  const source = createBlob({ precision: "U8", dims: [3, 1, 1] }, { data: Uint8Array.of(0, 255, 51) });
  const target = createBlob({ precision: "FP32", dims: [3, 1, 1] });
  normalise(source, target);
  expect([...target.rmap().data]).toEqual([0, 1, Math.fround(0.2)]);
});

test("parameters that were changed in place are used as they are", () => {
  const source = createBlob({ precision: "U8", dims: [1, 1, 1] }, { data: Uint8Array.of(255) });
  const target = createBlob({ precision: "FP32", dims: [1, 1, 1] });
  const options = { mean: [0.5] };
  normalise(source, target, options);
  expect(target.rmap().data[0]).toBe(0.5);
  options.mean[0] = 0.25;
  normalise(source, target, options);
  expect(target.rmap().data[0]).toBe(0.75);
});

test("FP16 is rounded once, from the exact result", () => {
  const source = createBlob(
    { precision: "U8", dims: [1, 1, 256] },
    { data: Uint8Array.from({ length: 256 }, (_, i) => i) },
  );
  const target = createBlob({ precision: "FP16", dims: [1, 1, 256] });
  // 1 + 2^-11 is the middle of two halves; what is added to it does not fit a 32-bit float.
  normalise(source, target, { scale: 2 ** -40, mean: -1 - 2 ** -11 });
  const bits = halvesOf(target);
  expect([bits[0], bits[1], fromFloat16Bits(bits[255]!)]).toEqual([0x3c00, 0x3c01, 1 + 2 ** -10]);
});

test("an image without pixels is left as it is, and a plane may become another in its own memory", () => {
  const empty = createBlob({ precision: "U8", dims: [3, 0, 5] });
  expect(() => normalise(empty, createBlob({ precision: "FP32", dims: [3, 0, 5] }))).not.toThrow();
  const memory = new Float32Array(4);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set([1, 2, 3, 4]);
  const source = createBlob({ precision: "U8", dims: [1, 2, 2] }, { data: bytes.subarray(0, 4) });
  normalise(source, createBlob({ precision: "FP32", dims: [1, 2, 2] }, { data: memory }), { scale: 1 });
  expect([...memory]).toEqual([1, 2, 3, 4]);
});

describe("throws", () => {
  const dims = [1, 3, 2, 2];
  const source = createBlob({ precision: "U8", dims, layout: "NHWC" });
  const target = createBlob({ precision: "FP32", dims });

  test.each<[Record<string, unknown>, string]>([
    [{ mean: [1, 2] }, "mean has 2 entries, but the image has 3 channels. Give one for each, or one number for all."],
    [{ std: [1, 2, 3, 4] }, "std has 4 entries, but the image has 3 channels"],
    [{ std: 0 }, "std of channel 0 is 0. Use 1 to leave values as they are."],
    [{ std: [1, 1, 0] }, "std of channel 2 is 0"],
    [{ mean: NaN }, "mean must be a finite number, not NaN. Check where it was computed."],
    [{ mean: [0, Infinity, 0] }, "mean[1] must be a finite number, not Infinity"],
    [{ std: "1" }, 'std must be a finite number, not "1"'],
    [{ scale: Infinity }, "scale must be a finite number, not Infinity"],
    [{ scale: [1, 1, 1] }, "scale must be a finite number, not [1, 1, 1]"],
  ])("for %o", (options, message) => {
    target.wmap().data.fill(7);
    expect(() => normalise(source, target, options)).toThrow(DescError);
    expect(() => normalise(source, target, options)).toThrow(message);
    expect([...target.rmap().data]).toEqual(Array.from({ length: 12 }, () => 7));
  });

  test("for options that are none", () => {
    for (const options of [null, 5]) {
      expect(() => normalise(source, target, options as never)).toThrow(
        "The options are { scale?, mean?, std?, reverseChannels? }",
      );
    }
  });

  test("for other dims, ranks, precisions and layouts", () => {
    expect(() => normalise(source, anyBlob({ precision: "FP32", dims: [1, 3, 2, 3] }))).toThrow(
      "Elements of dims [1, 3, 2, 2] cannot be normalised to dims [1, 3, 2, 3]. Use equal dims.",
    );
    expect(() => normalise(source, anyBlob({ precision: "FP64", dims }))).toThrow(
      "normalise goes from U8 to FP32 or FP16, not from U8 to FP64. Convert with convertTo.",
    );
    expect(() => normalise(anyBlob({ precision: "I8", dims }), target)).toThrow("not from I8 to FP32");
    const any = { dims, layout: "ANY" } as const;
    expect(() => normalise(anyBlob({ precision: "U8", ...any }), anyBlob({ precision: "FP32", ...any }))).toThrow(
      "ANY does not say where the channels lie. Choose a layout.",
    );
    expect(() =>
      normalise(anyBlob({ precision: "U8", dims: [2, 2] }), anyBlob({ precision: "FP32", dims: [2, 2] })),
    ).toThrow("U8 [2, 2] NC has rank 2, but an image has 4 dims (N, C, H, W) or 3 (C, H, W). Reshape it.");
    const blocked = new TensorDesc("FP32", dims, { blockDims: [1, 2, 2, 2, 2], order: [0, 1, 2, 3, 1] });
    expect(() => normalise(source, anyBlob(blocked))).toThrow(
      "From U8 [1, 3, 2, 2] NHWC to FP32 [1, 3, 2, 2] BLOCKED, the channels lie in blocks. Use a layout like NCHW or NHWC.",
    );
  });

  test("without memory, and for what is no blob", () => {
    expect(() => normalise(source, new TBlob({ precision: "FP32", dims }))).toThrow(BlobError);
    expect(() => normalise(new TBlob({ precision: "U8", dims }), target)).toThrow("has no memory");
    expect(() => normalise(new Uint8Array(12) as never, target)).toThrow(
      "normalise: the source is a TBlob, not a Uint8Array.",
    );
    expect(() => normalise(source, undefined as never)).toThrow("normalise: the target is a TBlob, not undefined.");
  });
});
