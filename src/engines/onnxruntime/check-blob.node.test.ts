import { afterEach, expect, test } from "vitest";
import {
  FLOAT,
  UINT8,
  blobOf,
  failure,
  freeAll,
  identity,
  keep,
  load,
  node,
  observed,
  value,
} from "../../../test/support/onnx-fixture.ts";
import { createBlob } from "../../blob/create-blob.ts";
import { TBlob } from "../../blob/tblob.ts";
import type { TensorDescLiteral } from "../../blob/tensor-desc.ts";
import type { BlobMap } from "./check-blobs.ts";
import type { TinyGraph } from "./tiny-model.ts";

afterEach(freeAll);

/** A run that must be refused before the engine sees it: what is wrong, on which model, and what the error says. */
interface Mistake {
  readonly name: string;
  readonly graph?: TinyGraph;
  readonly inputs?: () => unknown;
  readonly outputs?: () => unknown;
  readonly tensor?: string;
  readonly message: RegExp;
}

const IMAGE: TinyGraph = identity(FLOAT, ["n", 3]);
const good = (): TBlob => blobOf("FP32", [2, 3]);
const unallocated = (): TBlob => new TBlob({ precision: "FP32", dims: [2, 3] }, observed);
const laidOut = (layout: NonNullable<TensorDescLiteral["layout"]>): TBlob =>
  keep(createBlob({ precision: "FP32", dims: [2, 3], layout }, { allocator: observed }));
const strided = (): TBlob => laidOut({ blockDims: [2, 3], order: [0, 1], strides: [8, 1] });
const padded = (): TBlob => laidOut({ blockDims: [2, 8], order: [0, 1] });
const inTwoHalves = (): { x: TBlob; y: TBlob } => {
  const memory = new Float32Array(9);
  const half = (from: number): TBlob =>
    createBlob({ precision: "FP32", dims: [2, 3] }, { data: memory.subarray(from, from + 6) });
  return { x: half(0), y: half(3) };
};

/** y = x and z = x. */
const TWO_OUTPUTS: TinyGraph = {
  inputs: [value("x", FLOAT, ["n", 3])],
  outputs: [value("y", FLOAT, ["n", 3]), value("z", FLOAT, ["n", 3])],
  nodes: [node("Identity", ["x"], ["y"]), node("Identity", ["x"], ["z"])],
};

const mistakes: Mistake[] = [
  { name: "inputs that are no object", inputs: () => null, message: /inputs are no object. Give blobs by name: "x"/ },
  { name: "outputs that are no object", outputs: () => 7, message: /outputs are no object.*"y"/ },
  { name: "a missing input", inputs: () => ({}), tensor: "x", message: /"x" is missing. The model takes "x"/ },
  { name: "an input that is undefined", inputs: () => ({ x: undefined }), tensor: "x", message: /"x" is missing/ },
  {
    name: "an unknown input",
    inputs: () => ({ x: good(), z: good() }),
    tensor: "z",
    message: /no input "z". It has "x"/,
  },
  { name: "an unknown output", outputs: () => ({ z: good() }), tensor: "z", message: /no output "z". It has "y"/ },
  {
    name: "an array in place of a blob",
    inputs: () => ({ x: new Float32Array(6) }),
    tensor: "x",
    message: /a Float32Array is no blob. Make one with createBlob/,
  },
  { name: "null in place of a blob", inputs: () => ({ x: null }), tensor: "x", message: /null is no blob/ },
  {
    name: "an input of another precision",
    inputs: () => ({ x: blobOf("U8", [2, 3]) }),
    tensor: "x",
    message: /is FP32 \[n, 3\], but a blob of U8 \[2, 3\] NC was given. Make the blob FP32/,
  },
  {
    name: "an input with another fixed dim",
    inputs: () => ({ x: blobOf("FP32", [2, 4]) }),
    tensor: "x",
    message: /is FP32 \[n, 3\], but a blob of FP32 \[2, 4\].*dims that are fixed/,
  },
  {
    name: "an input of another rank",
    inputs: () => ({ x: blobOf("FP32", [6]) }),
    tensor: "x",
    message: /is FP32 \[n, 3\], but a blob of FP32 \[6\].*as many dims/,
  },
  {
    name: "an output of another precision",
    outputs: () => ({ y: blobOf("I32", [2, 3]) }),
    tensor: "y",
    message: /output "y" is FP32.*I32 \[2, 3\]/,
  },
  {
    name: "an output with another fixed dim",
    outputs: () => ({ y: blobOf("FP32", [2, 4]) }),
    tensor: "y",
    message: /output "y" is FP32 \[n, 3\].*FP32 \[2, 4\]/,
  },
  {
    name: "an input without memory",
    inputs: () => ({ x: unallocated() }),
    tensor: "x",
    message: /input "x" holds no memory. Call allocate/,
  },
  {
    name: "an output without memory",
    outputs: () => ({ y: unallocated() }),
    tensor: "y",
    message: /output "y" holds no memory/,
  },
  {
    name: "rows that do not lie side by side",
    inputs: () => ({ x: strided() }),
    tensor: "x",
    message: /memory order \[0, 1\] and the strides \[8, 1\].*copyTo/,
  },
  {
    name: "rows with unused elements behind them",
    inputs: () => ({ x: padded() }),
    tensor: "x",
    message: /strides \[8, 1\].*copyTo/,
  },
  {
    name: "an output in another memory order",
    outputs: () => ({ y: laidOut("CN") }),
    tensor: "y",
    message: /memory order \[1, 0\]/,
  },
  {
    name: "more elements than a typed array has",
    graph: identity(UINT8, ["n"]),
    inputs: () => ({ x: new TBlob({ precision: "U8", dims: [2 ** 53 - 1] }, observed) }),
    tensor: "x",
    message: /has 9007199254740991 elements, and onnxruntime-node takes at most .* Split it/,
  },
];

test.each(mistakes)("$name are refused before the engine sees them", async (mistake) => {
  await using session = await load(mistake.graph ?? IMAGE);
  const inputs = mistake.inputs === undefined ? { x: good() } : mistake.inputs();
  const outputs = mistake.outputs === undefined ? {} : mistake.outputs();
  const error = await failure(session.run(inputs as BlobMap, outputs as BlobMap));
  expect(error.message).toMatch(mistake.message);
  expect(error.tensor).toBe(mistake.tensor);
  expect(observed.locks).toEqual([]);
  expect(session.copies).toBe(0);
});

test("an output in the memory of an input is refused", async () => {
  await using session = await load(IMAGE);
  const blob = good();
  const error = await failure(session.run({ x: blob }, { y: blob }));
  expect(error.tensor).toBe("y");
  expect(error.message).toMatch(/output "y" shares bytes with that of the input "x"/);
  expect(observed.locks).toEqual([]);
});

test("an output that overlaps an input is refused", async () => {
  await using session = await load(IMAGE);
  const { x, y } = inTwoHalves();
  expect((await failure(session.run({ x }, { y }))).message).toMatch(/"y" shares bytes with that of the input "x"/);
});

test("one blob for two outputs is refused", async () => {
  await using session = await load(TWO_OUTPUTS);
  const blob = good();
  const error = await failure(session.run({ x: good() }, { y: blob, z: blob }));
  expect(error.tensor).toBe("z");
  expect(error.message).toMatch(/output "z" shares bytes with that of the output "y"/);
  expect(observed.locks).toEqual([]);
});
