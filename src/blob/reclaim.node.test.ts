/** Needs Node for a collector that can be called. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { TrackingAdaptor } from "../adaptors/tracking.ts";
import { withScope } from "../adaptors/with-scope.ts";
import type { IAllocator } from "../allocator.ts";
import { createBlob } from "./create-blob.ts";
import { reclaimed } from "./reclaim.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const DESC = { precision: "FP32", dims: [4] } as const;

/** Collects until `done`, and lets finalisers run; gives up after 100 times. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function forgetBlob(allocator: IAllocator, maps: number): void {
  const blob = createBlob(DESC, { allocator });
  for (let i = 0; i < maps; i++) blob.rwmap().data[0] = i;
}

test("a forgotten blob gives its block back with its maps, and is counted", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed();
  forgetBlob(allocator, 0);
  forgetBlob(allocator, 2);
  expect(allocator).toMatchObject({ liveCount: 2, locks: 2 });
  await collectUntil(() => allocator.liveCount === 0);
  expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  expect(reclaimed()).toEqual({ count: before.count + 2, bytes: before.bytes + 32 });
});

test("a map alone keeps the memory of its blob", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed();
  const map = createBlob(DESC, { allocator }).wmap();
  forgetBlob(allocator, 0);
  await collectUntil(() => allocator.liveCount === 1);
  map.data.fill(7);
  expect(allocator).toMatchObject({ liveCount: 1, locks: 1 });
  expect(reclaimed().count).toBe(before.count + 1);
  map.dispose();
  await collectUntil(() => allocator.liveCount === 0);
  expect(reclaimed().count).toBe(before.count + 2);
});

test("a deallocated blob with a forgotten map gives the block back too", async () => {
  const allocator = new CountingAllocator();
  (() => {
    const blob = createBlob(DESC, { allocator });
    blob.rmap();
    blob.deallocate();
  })();
  expect(allocator.liveCount).toBe(1);
  await collectUntil(() => allocator.liveCount === 0);
  expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
});

test("disposed blobs are not counted", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed();
  (() => {
    for (let i = 0; i < 10; i++) createBlob(DESC, { allocator }).deallocate();
  })();
  forgetBlob(allocator, 0);
  await collectUntil(() => allocator.liveCount === 0);
  expect(reclaimed().count).toBe(before.count + 1);
});

test("forgotten blobs whose memory is the caller's, or that their scope freed, are not counted", async () => {
  const tracking = new TrackingAdaptor(new CountingAllocator(), { onForgotten: () => {} });
  const before = reclaimed();
  (() => {
    for (let i = 0; i < 5; i++) {
      createBlob(DESC, { data: new Float32Array(4) });
      withScope(tracking, (scope) => void createBlob(DESC, { allocator: scope }));
    }
    withScope(tracking, (scope) => scope.keep(createBlob(DESC, { allocator: scope })));
  })();
  await collectUntil(() => tracking.upstream.liveCount === 0);
  expect(tracking.forgotten).toBe(1);
  expect(reclaimed()).toEqual({ count: before.count + 1, bytes: before.bytes + 16 });
});
