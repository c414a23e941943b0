import { expect, test } from "vitest";
import { HookedHeap, complain } from "../../../test/support/hooked-heap.ts";
import { SUM } from "../../../test/support/native-models.ts";
import type { IAllocator } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { createSession as createPackageSession } from "../onnxruntime/create-session.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";

function floats(allocator: IAllocator): TBlob {
  const blob = createBlob({ precision: "FP32", dims: [4] }, { allocator });
  const map = blob.wmap();
  map.bytes.fill(0);
  map.dispose();
  return blob;
}

test.each(["run", "runAsync"] as const)(
  "%s ends every lock, also when the first unlock throws, and goes on",
  async (run) => {
    const allocator = new HeapAllocator();
    const session = await createSession(tinyModel(SUM), { allocator, threads: 1 });
    const complaining = new HookedHeap();
    const [a, b, y] = [floats(complaining), floats(complaining), floats(complaining)];
    const { liveCount } = allocator.stats();
    for (let round = 0; round < 3; round++) {
      for (const outputs of [{ y }, {}]) {
        complaining.afterUnlock = complain;
        await expect(async () => session[run]({ a, b }, outputs)).rejects.toThrow("unlocked, but not gladly");
        expect(complaining.stats().lockedCount).toBe(0);
        expect([y.isAllocated, allocator.stats().liveCount]).toEqual([true, liveCount]);
        complaining.afterUnlock = undefined;
        (await session[run]({ a, b }, { y }))["y"]!.rmap().dispose();
      }
    }
    await session.dispose();
    for (const blob of [a, b, y]) expect(blob.deallocate()).toBe(true);
    expect(complaining.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  },
);

test("a run that fails throws its own error, also when an unlock throws after it", async () => {
  const session = await createSession(tinyModel(SUM), { threads: 1 });
  const complaining = new HookedHeap();
  const [a, b] = [floats(complaining), createBlob({ precision: "FP32", dims: [3] }, { allocator: complaining })];
  complaining.afterUnlock = complain;
  expect(() => session.run({ a, b })).toThrow(/ONNX Runtime/);
  await expect(session.runAsync({ a, b })).rejects.toThrow(/ONNX Runtime/);
  expect(complaining.stats().lockedCount).toBe(0);
  await session.dispose();
});

test("the engine over the package's binding ends every lock, too, and gives back the blobs that it made", async () => {
  const allocator = new HeapAllocator();
  await using session = await createPackageSession(tinyModel(SUM), { allocator });
  const complaining = new HookedHeap();
  const [a, b, y] = [floats(complaining), floats(complaining), floats(complaining)];
  const { liveCount } = allocator.stats();
  for (const outputs of [{ y }, {}]) {
    complaining.afterUnlock = complain;
    await expect(session.run({ a, b }, outputs)).rejects.toThrow("unlocked, but not gladly");
    complaining.afterUnlock = undefined;
    expect(complaining.stats().lockedCount).toBe(0);
    expect(allocator.stats()).toMatchObject({ liveCount, lockedCount: 0 });
  }
});
