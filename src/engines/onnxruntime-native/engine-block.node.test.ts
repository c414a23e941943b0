import { expect, test } from "vitest";
import { SUM } from "../../../test/support/native-models.ts";
import { LockOp } from "../../allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";
import { EngineBlock } from "./engine-block.ts";

/** Unlocks, and complains about it. */
class ComplainingHeap implements IAllocator {
  readonly heap: HeapAllocator = new HeapAllocator();
  complains = false;

  alloc(size: number): Handle {
    return this.heap.alloc(size);
  }
  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    return this.heap.lock(handle, op);
  }
  unlock(handle: Handle): void {
    this.heap.unlock(handle);
    if (this.complains) throw new TypeError("unlocked, but not gladly");
  }
  free(handle: Handle): boolean {
    return this.heap.free(handle);
  }
}

function floats(): TBlob {
  return createBlob({ precision: "FP32", dims: [4] }, { data: new Float32Array(4) });
}

test("a block whose unlock throws goes back all the same", () => {
  const allocator = new ComplainingHeap();
  const block = new EngineBlock(allocator, 100);
  allocator.complains = true;
  expect(() => block.release()).toThrow(TypeError);
  expect(allocator.heap.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});

test.each([
  ["planned", true],
  ["served block by block", false],
])("a run that is %s throws what unlock threw, and leaves no block behind", async (_, planned) => {
  const allocator = new ComplainingHeap();
  const session = await createSession(tinyModel(SUM), { allocator, planned, threads: 1 });
  const [a, b] = [floats(), floats()];
  // The outputs are kept, so that later ones have blocks of their own.
  const kept = [1, 2, 3].map(() => session.run({ a, b })["y"]!);
  const { liveCount } = allocator.heap.stats();
  for (let i = 0; i < 3; i++) {
    allocator.complains = true;
    expect(() => session.run({ a, b })).toThrow("unlocked, but not gladly");
    allocator.complains = false;
    expect(allocator.heap.stats()).toMatchObject({ liveCount });
  }
  for (const each of kept) each.deallocate();
  await session.dispose();
  expect(allocator.heap.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});
