/** The copies and conversions of the copy suite, each as tensorheap does it and by hand. */
import { createBlob, normalise } from "tensorheap";
import type { PrecisionName, TBlob, TensorDescLiteral } from "tensorheap";
import { createRandom } from "../lib/random.ts";
import * as byHand from "./copy-by-hand.ts";

/** One task, done in two ways over memory of their own. */
export interface Copy {
  readonly tensorheap: () => void;
  readonly byHand: () => void;
  /** What the two wrote, as bytes. The same when they are right. */
  results(): readonly [Uint8Array, Uint8Array];
}

export interface CopyEntry {
  /** Short and unique; shown in the table. */
  readonly id: string;
  /** Makes the task for an image of that size; called only in the process that runs it. */
  load(height: number, width: number): Copy;
}

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

export const COPIES: readonly CopyEntry[] = [
  layoutCopy("U8", "NCHW", "NHWC"),
  layoutCopy("U8", "NHWC", "NCHW"),
  layoutCopy("FP32", "NCHW", "NHWC"),
  layoutCopy("FP32", "NHWC", "NCHW"),
  { id: "U8 NHWC → normalised FP32 NCHW", load: normalisation },
  { id: "U8 NHWC, a third of the image by rows", load: cropping },
  conversion("U8", "FP32", copyOf, (length) => new Float32Array(length), byHand.bytesToFloats),
  conversion("FP32", "U8", copyOf, (length) => new Uint8Array(length), byHand.floatsToBytes),
  conversion("FP32", "FP16", wordsOf, (length) => new Uint16Array(length), byHand.floatsToHalves),
];

export function findCopy(id: string): CopyEntry | undefined {
  return COPIES.find((copy) => copy.id === id);
}

function layoutCopy(precision: "U8" | "FP32", from: "NCHW" | "NHWC", to: "NCHW" | "NHWC"): CopyEntry {
  const load = (height: number, width: number): Copy => {
    const dims = [1, 3, height, width];
    const source = image({ precision, dims, layout: from });
    const target = createBlob({ precision, dims, layout: to });
    const plain = copyOf(source) as Uint8Array;
    const result = copyOf(target) as Uint8Array;
    const loop = from === "NCHW" ? byHand.nchwToNhwc : byHand.nhwcToNchw;
    return {
      tensorheap: () => {
        source.copyTo(target);
      },
      byHand: () => {
        loop(plain, result, height * width);
      },
      results: () => [bytesOf(target), bytes(result)],
    };
  };
  return { id: `${precision} ${from} → ${to}`, load };
}

function normalisation(height: number, width: number): Copy {
  const dims = [1, 3, height, width];
  const source = image({ precision: "U8", dims, layout: "NHWC" });
  const target = createBlob({ precision: "FP32", dims });
  const plain = copyOf(source);
  const result = copyOf(target);
  return {
    tensorheap: () => {
      normalise(source, target, { mean: MEAN, std: STD });
    },
    byHand: () => {
      byHand.normaliseToNchw(plain, result, height * width, MEAN, STD);
    },
    // In thousandths: by hand, the operations are in another order, and their last bits differ.
    results: () => [thousandths(copyOf(target)), thousandths(result)],
  };
}

function cropping(height: number, width: number): Copy {
  const source = image({ precision: "U8", dims: [1, 3, height, width], layout: "NHWC" });
  const [top, left] = [Math.floor(height / 5), Math.floor(width / 5)];
  const [rows, cols] = [Math.floor(height * 0.58), Math.floor(width * 0.58)];
  const region = source.createROI([0, 0, top, left], [1, 3, top + rows, left + cols]);
  const target = createBlob({ precision: "U8", dims: [1, 3, rows, cols], layout: "NHWC" });
  const plain = copyOf(source);
  const result = copyOf(target);
  return {
    tensorheap: () => {
      region.copyTo(target);
    },
    byHand: () => {
      byHand.crop(plain, result, (top * width + left) * 3, width * 3, cols * 3, rows);
    },
    results: () => [bytesOf(target), result],
  };
}

/**
 * @param plainOf the elements in an array of its own, as the loop takes them
 * @param resultOf room for so many results of the loop
 */
function conversion<P extends "U8" | "FP32", From extends ArrayLike<number>, To extends ArrayBufferView>(
  from: P,
  to: "U8" | "FP32" | "FP16",
  plainOf: (source: TBlob<P>) => From,
  resultOf: (length: number) => To,
  loop: (from: From, to: To) => void,
): CopyEntry {
  const load = (height: number, width: number): Copy => {
    const dims = [1, 3, height, width];
    const source = image({ precision: from, dims });
    const target = createBlob({ precision: to, dims });
    const plain = plainOf(source);
    const result = resultOf(plain.length);
    return {
      tensorheap: () => {
        source.convertTo(target);
      },
      byHand: () => {
        loop(plain, result);
      },
      results: () => [bytesOf(target), bytes(result)],
    };
  };
  return { id: `${from} → ${to}`, load };
}

/** The words of 32 bits that an array's floats are. */
function wordsOf(source: TBlob<"FP32">): Uint32Array {
  return new Uint32Array(copyOf(source).buffer);
}

/** A blob of random bytes, or of numbers from -20 to 280, none of which is half-way between two integers. */
function image<P extends "U8" | "FP32">(desc: TensorDescLiteral<P>): TBlob<P> {
  const blob = createBlob<P>(desc);
  const random = createRandom(1);
  const map = blob.wmap();
  const { data } = map;
  const isFloat = data instanceof Float32Array;
  for (let i = 0; i < data.length; i++)
    data[i] = isFloat ? Math.floor(random() * 300) - 20 + random() / 3 : random() * 256;
  map.dispose();
  return blob;
}

/** The data of a blob in an array of its own, as it would be without one. */
function copyOf<P extends PrecisionName>(blob: TBlob<P>): P extends "FP32" ? Float32Array : Uint8Array {
  const map = blob.rmap();
  const copy = (map.data as Uint8Array).slice();
  map.dispose();
  return copy as never;
}

function bytesOf(blob: TBlob): Uint8Array {
  const map = blob.rmap();
  const copy = map.bytes.slice();
  map.dispose();
  return copy;
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function thousandths(values: Float32Array): Uint8Array {
  return bytes(Int32Array.from(values, (value) => Math.round(value * 1000)));
}
