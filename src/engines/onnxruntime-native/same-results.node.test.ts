import { describe, expect, test } from "vitest";
import { MODELS, bytesOf, differing, freeBlobs, inputsOf, references } from "../../../test/support/native-engine.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { SystemAllocator } from "../../allocators/system.ts";
import { createSession } from "./create-session.ts";
import { replayCode } from "./replay-code.ts";

describe.each(MODELS)("$name", (model) => {
  test.each([1, 2])("computes the bytes that onnxruntime-node computes, with %i threads", async (threads) => {
    const expected = await references(model);
    const heap = new HeapAllocator();
    const ways = replayCode() === undefined ? (["callbacks"] as const) : (["native", "callbacks"] as const);
    for (const replay of ways) {
      const session = await createSession(model.path, { allocator: heap, threads, replay });
      // The first round records, the second replays; the third is asynchronous and replays, too.
      for (const round of [0, 1, 2]) {
        for (const [seed, shapes] of model.shapes.entries()) {
          const inputs = inputsOf(model, shapes, seed, heap);
          const outputs = round < 2 ? session.run(inputs) : await session.runAsync(inputs);
          expect(differing(outputs, expected[seed]!)).toEqual([]);
          freeBlobs(outputs);
          freeBlobs(inputs);
        }
      }
      const { runs, plannedRuns, divergences, copiedOutputs } = session.report();
      const count = model.shapes.length;
      expect({ runs, plannedRuns, divergences, copiedOutputs }).toEqual({
        runs: 3 * count,
        plannedRuns: 2 * count,
        divergences: 0,
        copiedOutputs: 0,
      });
      await session.dispose();
      heap.check();
      expect(heap.stats()).toMatchObject({ liveBytes: 0, liveCount: 0, lockedCount: 0 });
    }
  });

  test("computes the same without plans, without prepacking, in asynchronous first runs, and on small unaligned blocks", async () => {
    const expected = await references(model);
    const allocator = new SystemAllocator();
    const session = await createSession(model.path, { allocator, threads: 2, planned: false, prepack: false });
    for (const [seed, shapes] of model.shapes.entries()) {
      const inputs = inputsOf(model, shapes, seed, allocator);
      const outputs = await session.runAsync(inputs);
      // Rearranged weights are multiplied in another order.
      for (const [name, bytes] of Object.entries(bytesOf(outputs))) {
        expect(distance(bytes, expected[seed]![name]!)).toBeLessThan(1e-4);
      }
      freeBlobs(outputs);
      freeBlobs(inputs);
    }
    await session.dispose();
  });
});

/** The largest difference of two lists of floats. */
function distance(a: Buffer, b: Buffer): number {
  const [x, y] = [a, b].map((bytes) => new Float32Array(new Uint8Array(bytes).buffer)) as [Float32Array, Float32Array];
  expect(x.length).toBe(y.length);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
}
