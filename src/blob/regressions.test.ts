import { expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { BlobError, DescError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import { NV12Blob } from "./image/nv12-blob.ts";
import { TensorDesc } from "./tensor-desc.ts";

/** Like Node's Buffer: `slice` gives a view, not a copy. */
class SlicingIsViewing extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return super.subarray(start, end);
  }
}

/** Another class of views over the blocks of a system allocator. */
function allocatorOfViews(): IAllocator {
  const system = new SystemAllocator();
  const views = new Map<Handle, Uint8Array>();
  return {
    alloc: (size) => {
      const handle = system.alloc(size);
      views.set(handle, new SlicingIsViewing(size));
      return handle;
    },
    lock: (handle: Handle) => {
      system.lock(handle);
      return views.get(handle)!;
    },
    unlock: (handle) => system.unlock(handle),
    free: (handle) => system.free(handle),
  };
}

test("a copy within one block is right, whatever class of views the allocator gives", () => {
  using blob = createBlob({ precision: "U8", dims: [1, 3, 2, 2], layout: "NHWC" }, { allocator: allocatorOfViews() });
  {
    using map = blob.wmap();
    for (let i = 0; i < 12; i++) map.data[i] = i;
  }
  using planes = blob.viewAs({ precision: "U8", dims: [1, 3, 2, 2], layout: "NCHW" });
  blob.copyTo(planes);
  using map = planes.rmap();
  expect([...map.data]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
});

test("an allocator, or what is none, is refused as the options of a clone", () => {
  const heap = new HeapAllocator();
  using blob = createBlob({ precision: "U8", dims: [4] }, { allocator: heap });
  const before = heap.stats();
  for (const options of [heap, null, 5, { allocator: new Uint8Array(3) }, { allocator: null }]) {
    expect(() => blob.clone(options as never)).toThrow(BlobError);
  }
  expect(heap.stats()).toEqual(before);
});

test("a rectangle whose getters change their answers leaks no region", () => {
  const heap = new HeapAllocator();
  const y = createBlob({ precision: "U8", dims: [1, 1, 8, 8], layout: "NHWC" }, { allocator: heap });
  const uv = createBlob({ precision: "U8", dims: [1, 2, 4, 4], layout: "NHWC" }, { allocator: heap });
  const picture = new NV12Blob(y, uv);
  let reads = 0;
  const roi = {
    posX: 0,
    posY: 0,
    sizeY: 2,
    get sizeX(): number {
      return reads++ === 0 ? 2 : 4;
    },
  };
  picture.createROI(roi).deallocate();
  picture.deallocate();
  expect(heap.stats().liveCount).toBe(0);
});

test("a 0 among the dims makes the size 0, wherever it stands and however large the others are", () => {
  for (const dims of [
    [2 ** 30, 2 ** 30, 0],
    [0, 2 ** 30, 2 ** 30],
    [2 ** 30, 0, 2 ** 30, 2 ** 30],
  ]) {
    const desc = new TensorDesc("FP32", dims);
    expect([desc.size, desc.byteSize, desc.spanBytes]).toEqual([0, 0, 0]);
  }
  expect(() => new TensorDesc("U8", [1, 2 ** 30, 2 ** 30])).toThrow(DescError);
});
