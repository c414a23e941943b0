import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { RECOGNISER } from "../../../test/support/native-engine.ts";
import { HUGE, SUM } from "../../../test/support/native-models.ts";
import { LimitedHeap } from "../../../test/support/limited-heap.ts";
import { FLOAT, INT64, elementsOf, failure, identity, node, value } from "../../../test/support/onnx-fixture.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { defaultAllocator } from "../../allocators/default.ts";
import { PlannedAllocator } from "../../allocators/planned.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { SystemAllocator } from "../../allocators/system.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { EngineError, OutOfMemoryError } from "../../errors.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import type { TinyGraph } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";
import type { NativeSessionOptions } from "./create-session.ts";
import type { NativeSession } from "./native-session.ts";

const heap: HeapAllocator = new HeapAllocator();
const blobs: TBlob[] = [];
const sessions: NativeSession[] = [];

afterEach(async () => {
  for (const blob of blobs.splice(0)) blob.deallocate();
  for (const session of sessions.splice(0)) await session.dispose();
  heap.check();
  const { liveCount, lockedCount } = heap.stats();
  if (liveCount + lockedCount > 0) throw new Error(`${liveCount} blocks are live and ${lockedCount} locked`);
});

/** A blob of two floats over memory of the caller's. */
function wrap(data: Float32Array): TBlob {
  return createBlob({ precision: "FP32", dims: [2] }, { data });
}

async function load(graph: TinyGraph, options: NativeSessionOptions = {}): Promise<NativeSession> {
  const session = await createSession(tinyModel(graph), { allocator: heap, threads: 1, ...options });
  sessions.push(session);
  return session;
}

function floats(...values: number[]): TBlob<"FP32"> {
  const blob = keep(createBlob({ precision: "FP32", dims: [values.length] }, { allocator: heap }));
  const map = blob.wmap();
  map.data.set(values);
  map.dispose();
  return blob;
}

function keep<B extends TBlob>(blob: B): B {
  blobs.push(blob);
  return blob;
}

function kept(outputs: Record<string, TBlob>): number[] {
  const [blob] = Object.values(outputs).map(keep);
  return elementsOf(blob) as number[];
}

describe("a session", () => {
  test("is made of bytes, of a path and of a file URL", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onnx-"));
    try {
      const path = join(folder, "sum.onnx");
      const bytes = tinyModel(SUM);
      await writeFile(path, bytes);
      for (const model of [bytes, path, pathToFileURL(path)]) {
        const session = await createSession(model);
        expect([session.inputNames, session.outputNames]).toEqual([["a", "b"], ["y"]]);
        expect(session.allocator).toBe(defaultAllocator());
        await session.dispose();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("says what the model takes and gives: numbers are fixed, names are free, null is free without a name", async () => {
    const session = await load(identity(INT64, ["batch", 3, ""]));
    const info = { precision: "I64", dims: ["batch", 3, null] };
    expect(session.inputs).toEqual([{ name: "x", ...info }]);
    expect(session.outputs).toEqual([{ name: "y", ...info }]);
    expect((await load(identity(FLOAT))).inputs[0]!.dims).toBe(null);
  });

  test("refuses what is no model with the engine's reason", async () => {
    for (const model of ["no-such-file.onnx", tmpdir(), new Uint8Array(10), new Uint8Array(0)]) {
      const error = await failure(createSession(model, { allocator: heap }));
      expect(error.message).toMatch(/^ONNX Runtime cannot load the model: .* Check the path/s);
    }
    expect((await failure(createSession(7 as unknown as string))).message).toMatch(/is no model/);
  });

  test("refuses a model with inputs that no blob can hold, by name", async () => {
    const error = await failure(createSession(tinyModel(identity(8, ["n"])), { allocator: heap }));
    expect([error.tensor, error.message]).toEqual(["x", expect.stringMatching(/holds elements of ONNX's type 8/)]);
  });

  test.each([
    ["no object", 7, /options of a session/],
    ["no allocator", { allocator: {} }, /needs an allocator/],
    [
      "an allocator with one block for all",
      { allocator: new PreallocatedAllocator(new Uint8Array(9)) },
      /one per tensor/,
    ],
    ["threads that are none", { threads: -1 }, /threads must be an integer from 0/],
    ["half a plan", { maxPlans: 0.5 }, /maxPlans must be/],
    ["an unknown way to replay", { replay: "loud" }, /"native" or "callbacks"/],
    ["a setting that is the engine's", { config: { "session.use_env_allocators": "0" } }, /set by this engine itself/],
    ["a setting that does not exist", { config: { "": "1" } }, /refuses the setting/],
    ["runs that are none", { runs: { format: "mp3" } }, /what savedRuns\(\) gave/],
  ])("refuses options with %s", async (_, options, message) => {
    const error = await failure(createSession(tinyModel(SUM), options as NativeSessionOptions));
    expect(error.message).toMatch(message);
  });

  test("has the weights that the engine rearranges in the allocator, and none where it may not", async () => {
    for (const [prepack, least, most] of [
      [true, 4e6, 5e6],
      [false, 0, 2000],
    ] as const) {
      const session = await createSession(RECOGNISER.path, { allocator: heap, prepack });
      const { liveBytes } = heap.stats();
      expect(liveBytes).toBeGreaterThan(least);
      expect(liveBytes).toBeLessThan(most);
      await session.dispose();
    }
  });
});

describe("a run", () => {
  test("returns blobs in the session's allocator, which outlive the session", async () => {
    const session = await load(SUM);
    const { y } = session.run({ a: floats(1, -9, 3), b: floats(10, 2, 30) });
    await session.dispose();
    keep(y!);
    expect(elementsOf(y)).toEqual([11, 0, 33]);
    const clone = keep(y!.clone());
    expect(elementsOf(clone)).toEqual([11, 0, 33]);
  });

  test("returns blobs whose allocator is the session's, planned or not, and that are locked by nobody", async () => {
    for (const allocator of [heap, new SystemAllocator()]) {
      const session = await load(SUM, { allocator });
      const [a, b] = [floats(1, 2), floats(3, 4)];
      // The last ones have blocks of their own, since the others are kept.
      for (let round = 0; round < 4; round++) {
        const y = keep(session.run({ a, b })["y"]!);
        expect(y.allocator).toBe(allocator);
        expect(keep(y.clone()).allocator).toBe(allocator);
        expect(heap.stats().lockedCount).toBe(0);
      }
      expect(session.report().plannedRuns).toBe(3);
    }
  });

  test("writes to a given blob, planned or not, and returns that very blob", async () => {
    const session = await load(SUM);
    const y = floats(7, 7);
    for (let round = 0; round < 3; round++) {
      expect(session.run({ a: floats(1, 2), b: floats(round, 4) }, { y })["y"]).toBe(y);
      expect(elementsOf(y)).toEqual([1 + round, 6]);
    }
    expect(session.report().plannedRuns).toBe(2);
  });

  test("reads and writes wasm memory, shared memory and views at an offset", async () => {
    const session = await load(SUM);
    const data = new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer, 64, 2).fill(3);
    const shared = new Float32Array(new SharedArrayBuffer(100), 8, 2).fill(4);
    const target = new Float32Array(50).subarray(13, 15);
    session.run({ a: wrap(data), b: wrap(shared) }, { y: wrap(target) });
    expect([...target]).toEqual([7, 7]);
  });

  test("takes tensors without elements and scalars", async () => {
    const session = await load(SUM);
    expect(kept(session.run({ a: floats(), b: floats() }))).toEqual([]);
    const one = await load(identity(FLOAT));
    const scalar = keep(createBlob({ precision: "FP32", dims: [] }, { allocator: heap }));
    const map = scalar.wmap();
    map.data[0] = 5;
    map.dispose();
    expect(kept(one.run({ x: scalar }))).toEqual([5]);
  });

  test("gives an output that is the input memory of its own", async () => {
    const session = await load(identity(FLOAT, ["n"]));
    for (let round = 0; round < 3; round++) {
      const x = floats(1, 2, 3);
      const { y } = session.run({ x });
      keep(y!);
      const map = x.wmap();
      map.data.fill(9);
      map.dispose();
      expect(elementsOf(y)).toEqual([1, 2, 3]);
    }
  });

  test("gives each of two outputs memory of its own", async () => {
    const outputs = [value("y", FLOAT, ["n"]), value("z", FLOAT, ["n"])];
    const nodes = [node("Relu", ["a"], ["y"]), node("Identity", ["y"], ["z"])];
    const session = await load({ inputs: [value("a", FLOAT, ["n"])], outputs, nodes });
    for (let round = 0; round < 3; round++) {
      const { y, z } = session.run({ a: floats(1, 2, 3) });
      const map = keep(y!).wmap();
      map.bytes.fill(0);
      map.dispose();
      expect(elementsOf(keep(z!))).toEqual([1, 2, 3]);
    }
  });

  test("refuses an input that is missing, of another name, type or rank, or without memory", async () => {
    const session = await load(SUM);
    const a = floats(1);
    const integers = keep(createBlob({ precision: "I32", dims: [1] }, { allocator: heap }));
    const square = keep(createBlob({ precision: "FP32", dims: [1, 1] }, { allocator: heap }));
    const empty = floats(1);
    empty.deallocate();
    const bad: [Record<string, TBlob>, RegExp][] = [
      [{ a }, /input "b" is missing/],
      [{ a, b: a, c: a }, /no input "c"/],
      [{ a, b: integers }, /Make the blob FP32/],
      [{ a, b: square }, /as many dims/],
      [{ a, b: empty }, /holds no memory/],
    ];
    for (const [inputs, message] of bad) {
      expect(() => session.run(inputs)).toThrow(message);
      await expect(session.runAsync(inputs)).rejects.toThrow(message);
    }
    expect(() => session.run({ a, b: a }, { y: a })).toThrow(/shares bytes with that of the input "a"/);
    expect(session.report().runs).toBe(0);
  });

  test("that the engine breaks off gives its reason, and the session runs on", async () => {
    const session = await load(SUM);
    expect(() => session.run({ a: floats(1, 2), b: floats(1, 2, 3) })).toThrow(/ONNX Runtime broke the run off/);
    const y = floats(0, 0, 0);
    expect(() => session.run({ a: floats(1, 2), b: floats(1, 2) }, { y })).toThrow(EngineError);
    expect(kept(session.run({ a: floats(1, 2), b: floats(1, 2) }))).toEqual([2, 4]);
  });

  test("refuses memory that can change its size", async () => {
    const session = await load(SUM);
    const Resizable = ArrayBuffer as new (size: number, options: { maxByteLength: number }) => ArrayBuffer;
    const data = new Float32Array(new Resizable(8, { maxByteLength: 16 }));
    const a = createBlob({ precision: "FP32", dims: [2] }, { data });
    expect(() => session.run({ a, b: floats(1, 2) })).toThrow(/resizable/);
  });

  test("after dispose is refused, and dispose may come twice", async () => {
    const session = await load(SUM);
    await session.dispose();
    await session.dispose();
    expect(() => session.run({ a: floats(1), b: floats(1) })).toThrow(/disposed of/);
  });

  test("inside of a planned allocator works", async () => {
    const planned = new PlannedAllocator(heap);
    const session = await load(SUM, { allocator: planned });
    for (let round = 0; round < 5; round++)
      expect(kept(session.run({ a: floats(round), b: floats(1) }))).toEqual([round + 1]);
    await session.dispose();
    for (const blob of blobs.splice(0)) blob.deallocate();
    planned.check();
    expect(planned.stats().liveCount).toBe(0);
    planned.trim();
  });
});

describe("asynchronous runs", () => {
  test("queue up, lock their blobs from the call on, and keep the order", async () => {
    const session = await load(SUM);
    const a = floats(1, 2);
    const running = Array.from({ length: 5 }, (_, i) => session.runAsync({ a, b: floats(i, i) }));
    expect(heap.stats().lockedCount).toBeGreaterThan(0);
    expect(() => session.run({ a, b: a })).toThrow(/under way/);
    const results = await Promise.all(running);
    expect(results.map(kept)).toEqual([0, 1, 2, 3, 4].map((i) => [1 + i, 2 + i]));
    expect(session.report()).toMatchObject({ runs: 5, plannedRuns: 4 });
  });

  test("of several sessions go on side by side", async () => {
    const pair = [await load(SUM), await load(SUM)];
    const results = await Promise.all(pair.map((session, i) => session.runAsync({ a: floats(i), b: floats(1) })));
    expect(results.map(kept)).toEqual([[1], [2]]);
  });

  test("are finished before the session is released", async () => {
    const session = await load(SUM);
    const running = [1, 2, 3].map((i) => session.runAsync({ a: floats(i), b: floats(i) }));
    const disposal = session.dispose();
    expect((await Promise.all(running)).map(kept)).toEqual([[2], [4], [6]]);
    await disposal;
    await expect(session.runAsync({ a: floats(1), b: floats(1) })).rejects.toThrow(/disposed of/);
  });

  test("that fail leave the queue in order", async () => {
    const session = await load(SUM);
    const bad = session.runAsync({ a: floats(1, 2), b: floats(1, 2, 3) });
    const good = session.runAsync({ a: floats(1), b: floats(2) });
    await expect(bad).rejects.toThrow(EngineError);
    expect(kept(await good)).toEqual([3]);
  });
});

describe.each(["native", "callbacks"] as const)("plans (%s)", (replay) => {
  const options = process.platform === "linux" && process.arch === "x64" ? { replay } : {};

  test("are made per shape, and take one block of the allocator", async () => {
    const session = await load(SUM, options);
    for (const length of [10, 20, 10, 20, 10]) {
      const zeros = Array.from({ length }, () => 0);
      session.run({ a: floats(...zeros), b: floats(...zeros) })["y"]!.deallocate();
    }
    const { servedBlocks } = session.report();
    expect(session.report()).toMatchObject({ runs: 5, plannedRuns: 3, divergences: 0 });
    const before = heap.stats().totalCount;
    session.run({ a: blobs[0] as TBlob, b: blobs[1] as TBlob })["y"]!.deallocate();
    expect(heap.stats().totalCount - before).toBe(1);
    expect(session.report().servedBlocks).toBe(servedBlocks);
  });

  test("and what is served one by one are counted apart, and are all that the allocator gave", async () => {
    const [a, b] = [floats(1, 2, 3), floats(4, 5, 6)];
    const before = heap.stats().totalCount;
    const session = await load(SUM, options);
    const made = session.report();
    expect(made).toMatchObject({ plannedBlocks: 0, servedBlocks: heap.stats().totalCount - before });
    const plannedBlocks: number[] = [];
    // From the third one on, the output that is kept of the one before calls for a block of its own.
    for (let round = 0; round < 5; round++) {
      keep(session.run({ a, b })["y"]!);
      plannedBlocks.push(session.report().plannedBlocks);
    }
    expect(plannedBlocks).toEqual([0, 1, 3, 5, 7]);
    const { servedBlocks } = session.report();
    expect(servedBlocks).toBeGreaterThan(made.servedBlocks);
    expect(servedBlocks + 7).toBe(heap.stats().totalCount - before);
  });

  test("that are refused count as nothing", async () => {
    const session = await load(SUM, { ...options, allocator: new LimitedHeap(), planned: false });
    const limited = session.allocator as LimitedHeap;
    const [a, b] = [floats(1, 2, 3), floats(4, 5, 6)];
    const { servedBlocks } = session.report();
    limited.allocationsLeft = 0;
    expect(() => session.run({ a, b })).toThrow(OutOfMemoryError);
    expect(session.report().servedBlocks).toBe(servedBlocks);
  });

  test("give outputs blocks of their own as soon as somebody keeps one", async () => {
    const session = await load(SUM, options);
    const zeros = Array.from({ length: 1000 }, (_, i) => i);
    const [a, b] = [floats(...zeros), floats(...zeros)];
    const outputs = Array.from({ length: 6 }, () => keep(session.run({ a, b })["y"]!));
    for (const output of outputs) expect(elementsOf(output)[999]).toBe(1998);
    expect(session.report()).toMatchObject({ plannedRuns: 5, divergences: 0 });
    const last = heap.stats().liveBytes;
    outputs[5]!.deallocate();
    expect(last - heap.stats().liveBytes).toBe(4000);
  });

  test("that the next run does not keep to are left, with right results", async () => {
    // The shape of the result depends on the values of the input.
    const nodes = [node("ConstantOfShape", ["shape"], ["z"]), node("Exp", ["z"], ["y"])];
    const session = await load({ ...HUGE, nodes }, options);
    for (const elements of [100, 100, 200, 300, 100, 100, 100, 5000, 1, 1, 1, 1, 1, 1]) {
      const shape = keep(createBlob({ precision: "I64", dims: [1] }, { allocator: heap }));
      const map = shape.wmap();
      map.data[0] = BigInt(elements);
      map.dispose();
      const values = kept(session.run({ shape }));
      expect(values.length).toBe(elements);
      expect(values.every((one) => one === 1)).toBe(true);
    }
    expect(session.report().divergences).toBeGreaterThan(2);
  });

  test("are saved, and then first runs are planned, too", async () => {
    const first = await load(SUM, options);
    for (const length of [10, 300]) {
      const zeros = Array.from({ length }, () => 1);
      kept(first.run({ a: floats(...zeros), b: floats(...zeros) }));
    }
    const runs = JSON.parse(JSON.stringify(first.savedRuns())) as ReturnType<NativeSession["savedRuns"]>;
    expect(runs.runs).toHaveLength(2);
    const second = await load(SUM, { ...options, runs });
    const [a, b] = [1, 2].map((one) => floats(...Array.from({ length: 10 }, () => one))) as [TBlob, TBlob];
    expect(kept(second.run({ a, b }))).toEqual(Array.from({ length: 10 }, () => 3));
    expect(second.report()).toMatchObject({ runs: 1, plannedRuns: 1, servedBlocks: 0, plannedBlocks: 1 });
  });

  test("stay when the engine breaks a run off", async () => {
    const session = await load(SUM, options);
    const [a, b] = [floats(1, 2), floats(3, 4)];
    const wrong = floats(0, 0, 0);
    for (let round = 0; round < 3; round++) {
      kept(session.run({ a, b }));
      expect(() => session.run({ a, b }, { y: wrong })).toThrow(EngineError);
    }
    for (let round = 0; round < 4; round++) expect(() => session.run({ a, b: wrong })).toThrow(EngineError);
    expect(kept(session.run({ a, b }))).toEqual([4, 6]);
    expect(session.report()).toMatchObject({ plannedRuns: 3, divergences: 0 });
  });

  test("of another model are left, with right results", async () => {
    const first = await load(SUM, options);
    kept(first.run({ a: floats(1, 2, 3), b: floats(1, 2, 3) }));
    const saved = first.savedRuns();
    const events = saved.runs[0]!.events.map((event) => (event > 0 ? event + 64 : event));
    const second = await load(SUM, { ...options, runs: { ...saved, runs: [{ ...saved.runs[0]!, events }] } });
    for (let round = 0; round < 5; round++)
      expect(kept(second.run({ a: floats(1, 2, 3), b: floats(1, 2, 3) }))).toEqual([2, 4, 6]);
    expect(second.report()).toMatchObject({ divergences: 2, plannedRuns: 2 });
  });
});

test("blocks of an allocator that aligns to 16 bytes begin on 64-byte boundaries all the same", async () => {
  const session = await load(SUM, { allocator: new SystemAllocator(), planned: false });
  for (let round = 1; round < 20; round++) {
    const ones = Array.from({ length: round }, () => 1);
    expect(kept(session.run({ a: floats(...ones), b: floats(...ones) }))).toEqual(ones.map(() => 2));
  }
});
