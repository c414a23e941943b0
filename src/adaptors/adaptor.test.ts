import { expect, test } from "vitest";
import { LockOp } from "../allocator.ts";
import type { AllocatorStats, IAllocator, IPooledAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { isPooledAllocator } from "../allocators/is-allocator.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { Adaptor } from "./adaptor.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";

describeAdaptor((upstream) => new Adaptor(upstream));

test("handles and views are the upstream's own", () => {
  const heap = new HeapAllocator();
  const adaptor = new Adaptor(heap);
  const handle = adaptor.alloc(10);
  const view = heap.lock(handle);
  expect(adaptor.lock(handle, LockOp.LOCK_FOR_READ)).toBe(view);
  adaptor.unlock(handle);
  heap.unlock(handle);
  expect(heap.free(handle)).toBe(true);
  expect(adaptor.upstream).toBe(heap);
});

test("it is pooled if and only if its upstream is", () => {
  const heap = new HeapAllocator();
  const pooled: IPooledAllocator = new Adaptor(heap);
  expect(isPooledAllocator(pooled)).toBe(true);
  pooled.alloc(100);
  expect(pooled.stats()).toEqual(heap.stats());
  expect(pooled.trim()).toBe(0);
  pooled.check();
  const plain = new Adaptor(new SystemAllocator());
  expect([plain.stats, plain.trim, plain.check]).toEqual([undefined, undefined, undefined]);
  expect(isPooledAllocator(plain)).toBe(false);
});

test("a subclass can add to what the pool says", () => {
  class Doubling<A extends IAllocator> extends Adaptor<A> {
    protected override statsOf(pool: IPooledAllocator): AllocatorStats {
      const stats = super.statsOf(pool);
      return { ...stats, liveBytes: stats.liveBytes * 2 };
    }
  }
  const adaptor = new Doubling(new HeapAllocator());
  adaptor.alloc(100);
  expect(adaptor.stats().liveBytes).toBe(200);
});

test("the refusal names the class and what it got", () => {
  class WatchingAdaptor extends Adaptor {}
  expect(() => new WatchingAdaptor(5 as unknown as IAllocator)).toThrow(
    "WatchingAdaptor goes around an allocator, not 5. Give it one.",
  );
});
