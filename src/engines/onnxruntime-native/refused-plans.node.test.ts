import { expect, test } from "vitest";
import { HUGE, SUM } from "../../../test/support/native-models.ts";
import { FLOAT, node, value } from "../../../test/support/onnx-fixture.ts";
import { FallbackAdaptor } from "../../adaptors/fallback.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";

function free(outputs: Record<string, TBlob>): void {
  for (const blob of Object.values(outputs)) blob.deallocate();
}

function floats(count: number): TBlob {
  return createBlob({ precision: "FP32", dims: [count] }, { allocator: new HeapAllocator() });
}

test("a plan that no upstream of a fallback has room for does not keep the run from being served by several", async () => {
  const heaps = [1, 2].map(() => new HeapAllocator({ maxBytes: 9 * 2 ** 20 }));
  const allocator = new FallbackAdaptor(...heaps);
  const nodes = [
    node("Exp", ["a"], ["b"]),
    node("Neg", ["a"], ["c"]),
    node("Abs", ["a"], ["d"]),
    node("Add", ["b", "c"], ["e"]),
    node("Add", ["e", "d"], ["y"]),
  ];
  const graph = { inputs: [value("a", FLOAT, ["n"])], outputs: [value("y", FLOAT, ["n"])], nodes };
  const session = await createSession(tinyModel(graph), { allocator, threads: 1 });
  const a = floats(1_000_000);
  for (let i = 0; i < 8; i++) free(session.run({ a }));
  expect(session.report()).toMatchObject({ runs: 8, plannedRuns: 0, spilledBytes: 0 });
  await session.dispose();
  for (const heap of heaps) expect(heap.stats().liveCount).toBe(0);
});

test("saved runs that say too much do not keep a run from being served, and are dropped", async () => {
  const allocator = new HeapAllocator({ maxBytes: 2 ** 20 });
  const [a, b] = [floats(4), floats(4)];
  const first = await createSession(tinyModel(SUM), { allocator, threads: 1 });
  free(first.run({ a, b }));
  const saved = first.savedRuns();
  await first.dispose();
  const runs = { ...saved, runs: saved.runs.map((run) => ({ ...run, events: [2 ** 30, -1, 16], outputs: [1] })) };
  const session = await createSession(tinyModel(SUM), { allocator, threads: 1, runs });
  for (let i = 0; i < 4; i++) free(session.run({ a, b }));
  expect(session.report()).toMatchObject({ plannedRuns: 1, spilledBytes: 0 });
  expect(session.savedRuns()).toEqual(saved);
  await session.dispose();
});

test("a record of large values does not keep a run of small ones from being served when memory is short", async () => {
  const allocator = new HeapAllocator({ maxBytes: 2 ** 24 });
  const session = await createSession(tinyModel(HUGE), { allocator, threads: 1 });
  const shape = createBlob({ precision: "I64", dims: [1] }, { data: new BigInt64Array([1_500_000n]) });
  free(session.run({ shape }));
  const other = allocator.alloc(10 * 2 ** 20);
  const map = shape.wmap();
  map.data[0] = 4n;
  map.dispose();
  for (let i = 0; i < 4; i++) free(session.run({ shape }));
  expect(session.report()).toMatchObject({ runs: 5, plannedRuns: 1, spilledBytes: 0 });
  allocator.free(other);
  await session.dispose();
  expect(allocator.stats().liveCount).toBe(0);
});

test("a record that was not replayed yet is not trusted: the run is told to stop when memory really is short", async () => {
  const allocator = new HeapAllocator({ maxBytes: 2 ** 20 });
  const session = await createSession(tinyModel(SUM), { allocator, threads: 1 });
  const [a, b] = [floats(100_000), floats(100_000)];
  free(session.run({ a, b }));
  const other = allocator.alloc(700_000);
  expect(() => session.run({ a, b })).toThrow(OutOfMemoryError);
  expect(session.report().spilledBytes).toBeGreaterThan(0);
  allocator.free(other);
  for (let i = 0; i < 2; i++) free(session.run({ a, b }));
  expect(session.report().plannedRuns).toBe(2);
  await session.dispose();
  expect(allocator.stats().liveCount).toBe(0);
});
