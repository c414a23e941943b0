import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { BlobError, DescError, InvalidHandleError, LockError, OutOfMemoryError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import type { LockedMemory } from "./locked-memory.ts";
import type { PrecisionName } from "./precision.ts";
import { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";
import type { DataOf, ReadonlyDataOf } from "./typed-data.ts";

const DESC = new TensorDesc("FP32", [2, 3]);

function setUp(): { allocator: CountingAllocator; blob: TBlob<"FP32"> } {
  const allocator = new CountingAllocator();
  return { allocator, blob: createBlob(DESC, { allocator }) };
}

describe("allocating", () => {
  test("is a step of its own with the constructor", () => {
    const allocator = new CountingAllocator();
    const blob = new TBlob(DESC, allocator);
    expect([blob.isAllocated, blob.capacity, allocator.allocs]).toEqual([false, 0, 0]);
    blob.allocate();
    expect([blob.isAllocated, blob.capacity, allocator.liveBytes]).toEqual([true, 24, 24]);
    expect([blob.size, blob.byteSize, blob.elementSize]).toEqual([6, 24, 4]);
    expect(blob.desc).toBe(DESC);
    expect(blob.allocator).toBe(allocator);
  });

  test("uses the default allocator where none is given", () => {
    expect(new TBlob(DESC).allocator).toBe(defaultAllocator());
  });

  test("again obtains the new block before it drops the old one", () => {
    const { allocator, blob } = setUp();
    let live = 0;
    const alloc = allocator.alloc.bind(allocator);
    allocator.alloc = (size) => {
      const handle = alloc(size);
      live = allocator.liveCount;
      return handle;
    };
    blob.allocate();
    expect(live).toBe(2);
    expect(allocator.liveCount).toBe(1);
  });

  test("again keeps the old block when there is no room", () => {
    const { allocator, blob } = setUp();
    blob.wmap().data[0] = 7;
    allocator.isExhausted = true;
    expect(() => blob.allocate()).toThrow(OutOfMemoryError);
    expect(allocator).toMatchObject({ liveCount: 1, liveBytes: 24 });
    expect(blob.rmap().data[0]).toBe(7);
  });

  test("of nothing gives a block of no bytes", () => {
    const allocator = new CountingAllocator();
    using blob = createBlob({ precision: "FP32", dims: [2, 0] }, { allocator });
    expect(allocator).toMatchObject({ liveCount: 1, liveBytes: 0 });
    using map = blob.rwmap();
    expect([map.bytes.length, map.data.length]).toEqual([0, 0]);
  });

  test("takes the span of a strided desc", () => {
    const allocator = new CountingAllocator();
    const strided = { blockDims: [2, 3], order: [0, 1], strides: [8, 1] };
    using blob = createBlob({ precision: "FP32", dims: [2, 3], layout: strided }, { allocator });
    expect([blob.byteSize, allocator.liveBytes]).toEqual([24, 44]);
    using map = blob.rwmap();
    expect([map.bytes.length, map.data.length]).toEqual([44, 11]);
  });

  test("a desc of 2^31 elements costs no memory", () => {
    const blob = new TBlob({ precision: "FP32", dims: [2 ** 16, 2 ** 15] }, new CountingAllocator());
    expect([blob.size, blob.byteSize, blob.isAllocated]).toEqual([2 ** 31, 2 ** 33, false]);
  });

  test.each(["MIXED", "UNSPECIFIED"] as const)("is impossible for %s, which the constructor says", (precision) => {
    expect(() => new TBlob({ precision, dims: [1] })).toThrow(DescError);
  });

  test.each([[{}], [{ alloc() {} }], [3], ["heap"], [null]])("from %o throws", (allocator) => {
    expect(() => new TBlob(DESC, allocator as unknown as IAllocator)).toThrow(BlobError);
  });
});

describe("deallocating", () => {
  test("says whether there was a block", () => {
    const { allocator, blob } = setUp();
    expect(blob.deallocate()).toBe(true);
    expect([blob.isAllocated, allocator.liveCount]).toEqual([false, 0]);
    expect(blob.deallocate()).toBe(false);
  });

  test("happens at the end of a using", () => {
    const allocator = new CountingAllocator();
    {
      using blob = createBlob(DESC, { allocator });
      expect(blob.isAllocated).toBe(true);
    }
    expect(allocator.liveCount).toBe(0);
  });

  const ORDERS = [
    ["blob", "a", "b"],
    ["blob", "b", "a"],
    ["a", "blob", "b"],
    ["b", "blob", "a"],
    ["a", "b", "blob"],
    ["b", "a", "blob"],
  ] as const;

  test.each(ORDERS)("gives the block back with the last of %s, %s, %s", (...order) => {
    const { allocator, blob } = setUp();
    const shares = { blob, a: blob.rmap(), b: blob.wmap() };
    for (const name of order) {
      expect(allocator.liveCount).toBe(1);
      shares[name][Symbol.dispose]();
    }
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
    expect(blob.isAllocated).toBe(false);
  });

  test("leaves open maps usable", () => {
    const { blob } = setUp();
    const map = blob.rwmap();
    blob.deallocate();
    map.data[5] = 1;
    expect(map.data[5]).toBe(1);
    expect(() => blob.rmap()).toThrow(BlobError);
    map.dispose();
  });

  test("allows allocating again while the old block is still mapped", () => {
    const { allocator, blob } = setUp();
    const old = blob.rwmap();
    old.data.fill(1);
    blob.allocate();
    blob.wmap().data.fill(2);
    expect(old.data[0]).toBe(1);
    expect(allocator.liveCount).toBe(2);
    old.dispose();
    expect(allocator.liveCount).toBe(1);
  });
});

describe("mapping", () => {
  test("locks at once, for reading or for writing", () => {
    const { allocator, blob } = setUp();
    const maps = [blob.rmap(), blob.wmap(), blob.rwmap()];
    expect(allocator).toMatchObject({ locks: 3, readLocks: 1, writeLocks: 2 });
    for (const map of maps) map.dispose();
    expect(allocator.locks).toBe(0);
  });

  test("unlocks exactly once, at the end of a using too", () => {
    const { allocator, blob } = setUp();
    using other = blob.rmap();
    {
      using map = blob.wmap();
      expect(map.isOpen).toBe(true);
      map.dispose();
      map.dispose();
      expect(map.isOpen).toBe(false);
    }
    expect(allocator.locks).toBe(1);
    expect(other.data).toHaveLength(6);
  });

  test("after dispose, every access throws", () => {
    const { blob } = setUp();
    const map = blob.wmap();
    map.dispose();
    expect(() => map.bytes).toThrow(BlobError);
    expect(() => map.data).toThrow("This map was disposed, so its data can no longer be used. Map the blob again.");
  });

  test("shows exactly the bytes, and the same memory as data", () => {
    const { blob } = setUp();
    using map = blob.rwmap();
    expect(map.bytes).toHaveLength(24);
    map.data.set([1, 2, 3, 4, 5, 6]);
    expect(new Float32Array(map.bytes.slice().buffer)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  test("again gives the same view objects", () => {
    const { blob } = setUp();
    const first = blob.wmap();
    const { bytes, data } = first;
    first.dispose();
    using second = blob.rwmap();
    expect(second.bytes).toBe(bytes);
    expect(second.data).toBe(data);
  });

  test("an unallocated blob throws", () => {
    const blob = new TBlob(DESC, new CountingAllocator());
    expect(() => blob.rmap()).toThrow(BlobError);
    expect(() => blob.wmap()).toThrow("wmap: FP32 [2, 3] NC has no memory. Call allocate() first");
    expect(() => blob.rwmap()).toThrow(BlobError);
  });

  test("passes on what the allocator's lock throws, and changes nothing", () => {
    const { allocator, blob } = setUp();
    allocator.lockError = new LockError("conflict", 1);
    expect(() => blob.wmap()).toThrow(allocator.lockError);
    expect(allocator.locks).toBe(0);
    allocator.lockError = undefined;
    blob.setShape([1, 3]);
    blob.deallocate();
    expect(allocator.liveCount).toBe(0);
  });

  test("memory that is not aligned can be used as bytes only", () => {
    const memory = new Uint8Array(new ArrayBuffer(64), 1, 32);
    using blob = createBlob(DESC, { allocator: new PreallocatedAllocator(memory) });
    using map = blob.rwmap();
    expect(() => map.data).toThrow(BlobError);
    expect(map.bytes).toHaveLength(24);
  });
});

describe("wrapping", () => {
  test("shares the array and is allocated", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    using blob = new TBlob(DESC, data);
    expect(blob.isAllocated).toBe(true);
    using map = blob.rwmap();
    expect(map.data[5]).toBe(6);
    map.data[0] = 9;
    expect(data[0]).toBe(9);
  });

  test("honours the array's offset, and shows no more than the desc", () => {
    const data = new Float32Array(new ArrayBuffer(64), 8, 10);
    using blob = createBlob(DESC, { data });
    expect(blob.capacity).toBe(40);
    using map = blob.rwmap();
    expect([map.data.byteOffset, map.data.length]).toEqual([8, 6]);
  });

  test("ends with deallocate, and allocate wraps the same array again", () => {
    const data = new Float32Array(6);
    const blob = createBlob(DESC, { data });
    expect(blob.deallocate()).toBe(true);
    expect(() => blob.rmap()).toThrow(BlobError);
    blob.allocate();
    expect(blob.rmap().data.buffer).toBe(data.buffer);
  });

  test("too few bytes throws, naming both sizes", () => {
    const data = new Float32Array(5);
    expect(() => createBlob(DESC, { data })).toThrow(BlobError);
    expect(() => createBlob(DESC, { data })).toThrow("FP32 [2, 3] NC needs 24 bytes, but the array to wrap has 20");
  });

  test("another type of array throws", () => {
    const data = new Uint8Array(24) as unknown as Float32Array;
    expect(() => createBlob(DESC, { data })).toThrow("FP32 data are wrapped from a Float32Array, not from Uint8Array");
  });
});

describe("adopting", () => {
  test("takes a block over that is there, with all its bytes, and frees it", () => {
    const allocator = new CountingAllocator();
    const handle = allocator.alloc(40);
    allocator.lock(handle).fill(1);
    allocator.unlock(handle);
    const blob = TBlob.adopt(DESC, allocator, handle);
    expect([blob.isAllocated, blob.capacity, blob.allocator]).toEqual([true, 40, allocator]);
    expect([allocator.allocs, allocator.locks]).toEqual([1, 0]);
    const map = blob.rmap();
    expect(map.bytes.byteLength).toBe(24);
    expect(map.bytes.every((byte) => byte === 1)).toBe(true);
    map.dispose();
    blob.setShape([2, 5]);
    expect(allocator.allocs).toBe(1);
    const region = blob.createROI([1, 0], [2, 5]);
    expect([blob.deallocate(), allocator.liveCount]).toEqual([true, 1]);
    expect([region.deallocate(), allocator.liveCount]).toEqual([true, 0]);
  });

  test("goes on like any blob: a larger shape takes another block of the same allocator", () => {
    const allocator = new CountingAllocator();
    const blob = TBlob.adopt(DESC, allocator, allocator.alloc(24));
    blob.setShape([10, 10]);
    expect([allocator.allocs, allocator.liveBytes]).toEqual([2, 400]);
    blob.deallocate();
    blob.allocate();
    expect(allocator.liveBytes).toBe(400);
    blob.deallocate();
    expect(allocator.liveCount).toBe(0);
  });

  test("of what does not fit throws, and leaves the handle to the caller", () => {
    const allocator = new CountingAllocator();
    const handle = allocator.alloc(23);
    expect(() => TBlob.adopt(DESC, allocator, handle)).toThrow(/needs 24 bytes, but the block has 23/);
    expect(() => TBlob.adopt(DESC, allocator, handle)).toThrow(BlobError);
    expect(() => TBlob.adopt({ precision: "FP32", dims: [-1] }, allocator, handle)).toThrow(DescError);
    expect(() => TBlob.adopt(DESC, {} as IAllocator, handle)).toThrow(BlobError);
    expect([allocator.locks, allocator.free(handle)]).toEqual([0, true]);
    for (const stale of [handle, undefined, "1"]) {
      expect(() => TBlob.adopt(DESC, allocator, stale as Handle)).toThrow(InvalidHandleError);
    }
  });

  test("of memory that the caller brought leaves it to the caller", () => {
    const data = new Float32Array(6).fill(2);
    const allocator = new PreallocatedAllocator(data);
    const blob = TBlob.adopt(DESC, allocator, allocator.alloc(24));
    expect(Array.from(blob.elements(), ({ value }) => value)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(blob.deallocate()).toBe(true);
  });
});

describe("setShape", () => {
  test("within the capacity keeps the memory", () => {
    const { allocator, blob } = setUp();
    blob.setShape([1, 2]);
    expect(blob.desc).toMatchObject({ dims: [1, 2], layout: "NC" });
    expect([blob.byteSize, blob.capacity, allocator.allocs]).toEqual([8, 24, 1]);
    {
      using map = blob.wmap();
      expect([map.bytes.length, map.data.length]).toEqual([8, 2]);
    }
    blob.setShape([3, 2]);
    expect([blob.size, allocator.allocs]).toEqual([6, 1]);
  });

  test("beyond it allocates another block", () => {
    const { allocator, blob } = setUp();
    blob.setShape([4, 4]);
    expect([blob.byteSize, blob.capacity]).toEqual([64, 64]);
    expect(allocator).toMatchObject({ allocs: 2, liveCount: 1, liveBytes: 64 });
  });

  test("changes nothing when there is no room", () => {
    const { allocator, blob } = setUp();
    allocator.isExhausted = true;
    expect(() => blob.setShape([4, 4])).toThrow(OutOfMemoryError);
    expect(blob.desc).toBe(DESC);
    expect([blob.capacity, allocator.liveCount]).toEqual([24, 1]);
  });

  test.each([[[1, 2, 3]], [[-1, 2]], [[2 ** 30, 2 ** 30]], ["2,3"]])("to %j changes nothing", (dims) => {
    const { allocator, blob } = setUp();
    expect(() => blob.setShape(dims as number[])).toThrow(DescError);
    expect(blob.desc).toBe(DESC);
    expect(allocator).toMatchObject({ allocs: 1, liveCount: 1 });
  });

  test("throws while maps are open, since they show the old shape", () => {
    const { blob } = setUp();
    const map = blob.rmap();
    expect(() => blob.setShape([1, 1])).toThrow("the blob has open maps (1), which show its old shape");
    map.dispose();
    blob.setShape([1, 1]);
    expect(blob.size).toBe(1);
  });

  test("of wrapped memory works within the array and throws beyond it", () => {
    const blob = createBlob(DESC, { data: new Float32Array(8) });
    blob.setShape([2, 4]);
    expect(() => blob.setShape([3, 3])).toThrow(BlobError);
    expect(() => blob.setShape([3, 3])).toThrow("FP32 [3, 3] NC needs 36 bytes, but the wrapped array has 32");
    expect(blob.desc.dims).toEqual([2, 4]);
  });

  test("of an unallocated blob throws", () => {
    expect(() => new TBlob(DESC, new CountingAllocator()).setShape([1, 1])).toThrow(BlobError);
  });

  test("of a strided blob throws", () => {
    const strided = { blockDims: [2, 3], order: [0, 1], strides: [8, 1] };
    using blob = createBlob({ precision: "U8", dims: [2, 3], layout: strided });
    expect(() => blob.setShape([1, 1])).toThrow("is strided or padded");
  });
});

describe("clone", () => {
  test("has the same elements in a block of its own, of the same allocator", () => {
    const { allocator, blob } = setUp();
    blob.wmap().data.set([1, 2, 3, 4, 5, 6]);
    const clone = blob.clone();
    expect(clone.allocator).toBe(allocator);
    expect(clone.desc.equals(DESC)).toBe(true);
    blob.wmap().data.fill(0);
    expect([...clone.rmap().data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("takes another allocator", () => {
    const other = new CountingAllocator();
    const { blob } = setUp();
    expect(blob.clone({ allocator: other }).allocator).toBe(other);
    expect(other.liveBytes).toBe(24);
  });

  test("of wrapped memory is in the default allocator, not in the same array", () => {
    const data = new Float32Array(6);
    for (const blob of [createBlob(DESC, { data }), createBlob(DESC, { allocator: new PreallocatedAllocator(data) })]) {
      using clone = blob.clone();
      expect(clone.allocator).toBe(defaultAllocator());
      using map = clone.rmap();
      expect(map.data.buffer).not.toBe(data.buffer);
    }
  });

  test("packs a strided blob", () => {
    const strided = { blockDims: [2, 3], order: [0, 1], strides: [4, 1] };
    using blob = createBlob({ precision: "U8", dims: [2, 3], layout: strided });
    {
      using map = blob.wmap();
      map.data.set([1, 2, 3, 0, 4, 5, 6]);
    }
    using clone = blob.clone();
    using map = clone.rmap();
    expect([...map.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("leaves nothing behind when it fails", () => {
    const { allocator, blob } = setUp();
    allocator.isExhausted = true;
    expect(() => blob.clone()).toThrow(OutOfMemoryError);
    allocator.isExhausted = false;
    allocator.lockError = new LockError("conflict", 1);
    expect(() => blob.clone()).toThrow(allocator.lockError);
    expect(allocator).toMatchObject({ liveCount: 1, locks: 0 });
  });

  test("of an unallocated blob throws", () => {
    expect(() => new TBlob(DESC, new CountingAllocator()).clone()).toThrow("clone: FP32 [2, 3] NC has no memory");
  });
});

describe("copies", () => {
  test("move every element to its logical position, in both directions", () => {
    const { allocator, blob: rows } = setUp();
    const columns = createBlob({ precision: "FP32", dims: [2, 3], layout: "CN" }, { allocator });
    const map = rows.wmap();
    map.data.set([1, 2, 3, 4, 5, 6]);
    map.dispose();
    rows.copyTo(columns);
    expect([...columns.rmap().data]).toEqual([1, 4, 2, 5, 3, 6]);
    const back = createBlob(DESC, { allocator });
    back.copyFrom(columns);
    expect([...back.rmap().data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("onto itself do nothing", () => {
    const { allocator, blob } = setUp();
    blob.copyTo(blob);
    expect(allocator).toMatchObject({ readLocks: 0, writeLocks: 0 });
  });

  test("lock the source for reading and leave nothing locked, whatever happens", () => {
    const { allocator, blob } = setUp();
    const target = createBlob(DESC, { allocator: new CountingAllocator() });
    blob.copyTo(target);
    expect(allocator).toMatchObject({ locks: 0, readLocks: 1, writeLocks: 0 });
    const targets = target.allocator as CountingAllocator;
    targets.lockError = new LockError("conflict", 1);
    expect(() => blob.copyTo(target)).toThrow(targets.lockError);
    expect(allocator.locks).toBe(0);
  });

  test("between what does not match throw before anything is locked", () => {
    const { allocator, blob } = setUp();
    const integers = createBlob({ precision: "I32", dims: [2, 3] }) as unknown as TBlob<"FP32">;
    expect(() => blob.copyTo(integers)).toThrow(DescError);
    expect(() => blob.copyFrom(integers)).toThrow(DescError);
    expect(() => blob.copyTo(createBlob({ precision: "FP32", dims: [3, 2] }))).toThrow(DescError);
    expect(() => blob.copyTo(new TBlob(DESC))).toThrow(BlobError);
    expect(() => new TBlob(DESC).copyTo(blob)).toThrow(BlobError);
    expect(() => blob.copyTo(new Float32Array(6) as unknown as TBlob<"FP32">)).toThrow("not a Float32Array");
    expect(() => blob.copyFrom(undefined as unknown as TBlob<"FP32">)).toThrow("not undefined");
    expect(allocator).toMatchObject({ readLocks: 0, writeLocks: 0 });
  });
});

test("ranks from 0 to 8 can be mapped, and sub-byte elements are packed", () => {
  for (const dims of [[], [3], [1, 2, 1, 2, 1, 2, 1, 2]]) {
    using blob = createBlob({ precision: "I64", dims });
    using map = blob.rwmap();
    expect(map.data).toHaveLength(blob.size);
  }
  using bits = createBlob({ precision: "BIN", dims: [17] });
  using map = bits.rwmap();
  expect(map.data).toHaveLength(3);
});

test("the compiler knows what a map holds", () => {
  const { blob } = setUp();
  expectTypeOf(blob).toEqualTypeOf<TBlob<"FP32">>();
  expectTypeOf<ReturnType<typeof blob.wmap>>().toEqualTypeOf<LockedMemory<"FP32">>();
  expectTypeOf<LockedMemory<"FP32">["data"]>().toEqualTypeOf<Float32Array>();
  expectTypeOf<LockedMemory<"I64">["data"]>().toEqualTypeOf<BigInt64Array>();
  expectTypeOf<LockedMemory["data"]>().toEqualTypeOf<DataOf<PrecisionName>>();
  expectTypeOf<TBlob<"FP32">>().toExtend<TBlob>();
  const map = blob.rmap();
  expectTypeOf(map.bytes).toEqualTypeOf<ReadonlyBytes>();
  expectTypeOf(map.data).toEqualTypeOf<ReadonlyDataOf<"FP32">>();
  // @ts-expect-error a map for reading
  map.data[0] = 1;
  // @ts-expect-error a map for reading
  map.bytes[0] = 1;
  map.dispose();
});
