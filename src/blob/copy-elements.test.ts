import { describe, expect, test } from "vitest";
import { DescError } from "../errors.ts";
import type { BlockingDescLike } from "./blocking-desc.ts";
import { assertCopyable, copyElements } from "./copy-elements.ts";
import type { LayoutName } from "./layout.ts";
import { Precision } from "./precision.ts";
import type { PrecisionLike } from "./precision.ts";
import { TensorDesc } from "./tensor-desc.ts";

const DIMS = [2, 20, 3, 4];
const LAYOUTS: Record<string, LayoutName | BlockingDescLike> = {
  NCHW: "NCHW",
  NHWC: "NHWC",
  nChw8c: { blockDims: [2, 3, 3, 4, 8], order: [0, 1, 2, 3, 1] },
  nChw4c2c: { blockDims: [2, 3, 3, 4, 4, 2], order: [0, 1, 2, 3, 1, 1] },
  "strided NCHW": { blockDims: DIMS, order: [0, 1, 2, 3], strides: [300, 15, 5, 1], offsetPadding: 3 },
  "shifted NHWC": { blockDims: [2, 3, 4, 20], order: [0, 2, 3, 1], offsetPaddingToData: [0, 1, 1, 0] },
};
const PAIRS = Object.keys(LAYOUTS).flatMap((from) => Object.keys(LAYOUTS).map((to) => [from, to] as const));

/** A tensor whose elements are their own linear indices, in 16 bits. */
function numbered(desc: TensorDesc): Uint8Array {
  const elements = new Uint16Array(desc.spanBytes / 2).fill(0xffff);
  for (let i = 0; i < desc.size; i++) elements[desc.offsetAt(i)] = i;
  return new Uint8Array(elements.buffer);
}

describe("16-bit elements", () => {
  test.each(PAIRS)("go from %s to %s, each to its logical position", (from, to) => {
    const source = new TensorDesc("U16", DIMS, LAYOUTS[from]);
    const target = new TensorDesc("U16", DIMS, LAYOUTS[to]);
    const bytes = new Uint8Array(target.spanBytes).fill(0xff);
    copyElements(numbered(source), source, bytes, target);
    // What lies between the elements keeps its value.
    expect(bytes).toEqual(numbered(target));
  });
});

const PRECISIONS: PrecisionLike[] = ["FP64", "FP32", "U8", Precision.custom(24), "U4", "BIN", Precision.custom(12)];

describe("elements of every width", () => {
  test.each(PRECISIONS)("of %s survive the way to NHWC, to blocks and back", (precision) => {
    const nchw = new TensorDesc(precision, DIMS);
    const original = new Uint8Array(nchw.spanBytes).map((_, i) => (i * 89 + 7) & 0xff);
    const images = [original];
    let last = nchw;
    let lastImage = original;
    for (const layout of ["NHWC", LAYOUTS["nChw8c"], "NCHW"] as const) {
      const desc = new TensorDesc(precision, DIMS, layout);
      const bytes = new Uint8Array(desc.spanBytes);
      copyElements(lastImage, last, bytes, desc);
      images.push(bytes);
      [last, lastImage] = [desc, bytes];
    }
    expect(images[1]).not.toEqual(original);
    expect(images[3]).toEqual(original);
  });

  test("4-bit ones have the low half of a byte first", () => {
    const bytes = new Uint8Array(2);
    copyElements(
      Uint8Array.of(0x21, 0x43),
      new TensorDesc("U4", [2, 2], "NC"),
      bytes,
      new TensorDesc("U4", [2, 2], "CN"),
    );
    expect([...bytes]).toEqual([0x31, 0x42]);
  });

  test("single bits have the highest first", () => {
    const bytes = new Uint8Array(1);
    // 1 1 0 / 0 0 1 becomes 1 0 / 1 0 / 0 1.
    const source = Uint8Array.of(0b11000100);
    copyElements(source, new TensorDesc("BIN", [2, 3], "NC"), bytes, new TensorDesc("BIN", [2, 3], "CN"));
    expect(bytes[0]).toBe(0b10100100);
  });

  test("NaN payloads are kept", () => {
    const bits = BigUint64Array.of(0x7ff0_dead_beef_0001n, 0xfff8_0000_0000_0002n);
    const bytes = new Uint8Array(16);
    const strided = { blockDims: [1, 2], order: [0, 1], strides: [4, 1] };
    const source = new TensorDesc("FP64", [1, 2], strided);
    copyElements(new Uint8Array(bits.buffer), source, bytes, new TensorDesc("FP64", [1, 2]));
    expect(new BigUint64Array(bytes.buffer)).toEqual(bits);
  });
});

test("memory that is aligned to less than the elements is copied in smaller words", () => {
  const source = new TensorDesc("FP32", [2, 3], "NC");
  const target = new TensorDesc("FP32", [2, 3], "CN");
  for (const offset of [1, 2]) {
    const from = new Uint8Array(new ArrayBuffer(32), offset, 24).map((_, i) => i);
    const to = new Uint8Array(new ArrayBuffer(32), offset, 24);
    copyElements(from, source, to, target);
    expect([...to.subarray(4, 8)]).toEqual([12, 13, 14, 15]);
  }
});

test("long rows arrive whole", () => {
  const row = 1000;
  const strided = { blockDims: [3, row], order: [0, 1], strides: [row + 24, 1] };
  const target = new TensorDesc("U16", [3, row], strided);
  const source = new TensorDesc("U16", [3, row]);
  const bytes = new Uint8Array(target.spanBytes).fill(0xff);
  copyElements(numbered(source), source, bytes, target);
  expect(bytes).toEqual(numbered(target));
});

test("windows that overlap in one memory arrive as the source was", () => {
  // The same two columns of a 3 x 4 matrix, one column further right.
  const columns = new TensorDesc("U8", [3, 2], { blockDims: [3, 2], order: [0, 1], strides: [4, 1] });
  const matrix = Uint8Array.from({ length: 12 }, (_, i) => i);
  copyElements(matrix.subarray(0, 10), columns, matrix.subarray(1, 11), columns);
  expect([...matrix]).toEqual([0, 0, 1, 3, 4, 4, 5, 7, 8, 8, 9, 11]);
});

test("a scalar and an empty tensor have one element and none", () => {
  const padded = new TensorDesc("U8", [], { blockDims: [], order: [], offsetPadding: 2 });
  const bytes = new Uint8Array(3);
  copyElements(Uint8Array.of(5), new TensorDesc("U8", []), bytes, padded);
  expect([...bytes]).toEqual([0, 0, 5]);
  const empty = new TensorDesc("U8", [2, 0]);
  expect(() => copyElements(new Uint8Array(), empty, new Uint8Array(), empty.withLayout("CN"))).not.toThrow();
});

test.each([
  [{ precision: "I32", dims: [2] }, "FP32 [2] C cannot be copied to I32 [2] C: the precisions differ"],
  [{ precision: "FP32", dims: [3] }, "Elements of dims [2] cannot be copied to dims [3]"],
  [{ precision: "FP32", dims: [1, 2] }, "cannot be copied to dims [1, 2]"],
  [{ precision: "FP32", dims: [2], layout: "ANY" }, "ANY does not say where elements lie"],
] as const)("to %o throws", (target, message) => {
  const source = new TensorDesc("FP32", [2]);
  expect(() => assertCopyable(source, TensorDesc.of(target))).toThrow(DescError);
  expect(() => assertCopyable(source, TensorDesc.of(target))).toThrow(message);
});
