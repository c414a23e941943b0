import { describe, expect, test } from "vitest";
import type { Handle } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import { BlobError, InvalidHandleError } from "../errors.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";
import type { BlobLike } from "./scope.ts";
import { ScopeAdaptor } from "./scope.ts";
import { TrackingAdaptor } from "./tracking.ts";

describeAdaptor((upstream) => new ScopeAdaptor(upstream));

function setUp(): { heap: HeapAllocator; scope: ScopeAdaptor<HeapAllocator> } {
  const heap = new HeapAllocator();
  return { heap, scope: new ScopeAdaptor(heap) };
}

test("the end frees what was not freed or kept, once", () => {
  const { heap, scope } = setUp();
  const before = heap.alloc(1);
  const [freed, forgotten, kept] = [scope.alloc(10), scope.alloc(20), scope.alloc(30)];
  scope.free(freed);
  expect(scope.keep(kept)).toBe(kept);
  scope.end();
  scope.end();
  expect(scope.hasEnded).toBe(true);
  expect(heap.stats()).toMatchObject({ liveBytes: 31, liveCount: 2 });
  expect(heap.free(forgotten)).toBe(false);
  expect([heap.free(before), heap.free(kept)]).toEqual([true, true]);
});

describe("after the end", () => {
  test("there is nothing more to be had, and nothing to be kept", () => {
    const { heap, scope } = setUp();
    const handle = scope.alloc(1);
    scope.end();
    expect(() => scope.alloc(1)).toThrow(BlobError);
    expect(() => scope.keep(handle)).toThrow("the scope has ended");
    expect(heap.stats().totalCount).toBe(1);
  });

  test("freed blocks are refused, even where the upstream gave their handles out again", () => {
    const { heap, scope } = setUp();
    const elsewhere = heap.alloc(5);
    const handle = scope.alloc(1);
    scope.end();
    for (const dead of [handle, elsewhere, 1n as unknown as Handle]) {
      expect(() => scope.lock(dead)).toThrow(InvalidHandleError);
      expect(() => scope.unlock(dead)).toThrow(InvalidHandleError);
      expect(scope.free(dead)).toBe(false);
    }
    expect(heap.stats().liveCount).toBe(1);
  });

  test("kept blocks are used and freed as before", () => {
    const { heap, scope } = setUp();
    const handle = scope.keep(scope.alloc(4));
    scope.lock(handle).fill(7);
    scope.end();
    expect([...scope.lock(handle, 0)]).toEqual([7, 7, 7, 7]);
    scope.unlock(handle);
    expect(scope.free(handle)).toBe(false);
    scope.unlock(handle);
    expect([scope.free(handle), scope.free(handle)]).toEqual([true, false]);
    expect(() => scope.lock(handle)).toThrow(InvalidHandleError);
    expect(heap.stats().liveCount).toBe(0);
  });

  test("a block that is locked is freed with its last lock", () => {
    const { heap, scope } = setUp();
    const handle = scope.alloc(100);
    const view = scope.lock(handle);
    scope.lock(handle);
    view.fill(9);
    scope.end();
    const other = heap.alloc(100);
    heap.lock(other).fill(1);
    expect(view.every((byte) => byte === 9)).toBe(true);
    expect(scope.free(handle)).toBe(false);
    expect(() => scope.lock(handle)).toThrow(InvalidHandleError);
    scope.unlock(handle);
    expect(heap.stats().liveCount).toBe(2);
    scope.unlock(handle);
    expect(heap.stats().liveCount).toBe(1);
    expect(() => scope.unlock(handle)).toThrow(InvalidHandleError);
    heap.check();
  });
});

describe("keep", () => {
  test("of a blob keeps the block that it locks", () => {
    const { heap, scope } = setUp();
    const handle = scope.alloc(8);
    scope.alloc(8);
    const blob: BlobLike = {
      isAllocated: true,
      rmap: () => (scope.lock(handle), { dispose: () => scope.unlock(handle) }),
    };
    expect(scope.keep(blob)).toBe(blob);
    scope.end();
    expect(heap.stats()).toMatchObject({ liveCount: 1, lockedCount: 0 });
  });

  test("of a blob with memory from elsewhere, or none, changes nothing", () => {
    const { heap, scope } = setUp();
    scope.lock(scope.alloc(8));
    scope.keep({ isAllocated: true, rmap: () => ({ dispose: () => {} }) });
    scope.keep({ isAllocated: false, rmap: () => expect.unreachable("mapped") });
    scope.end();
    expect(heap.stats().liveCount).toBe(1);
  });

  test("of what is no block of the scope is refused", () => {
    const { heap, scope } = setUp();
    for (const other of [heap.alloc(1), -1, 0.5, NaN] as Handle[]) {
      expect(() => scope.keep(other)).toThrow("is no live block of this scope");
    }
    for (const other of ["a", null, undefined, {}, [], { blobs: [1] }, 1n]) {
      expect(() => scope.keep(other as unknown as Handle)).toThrow("is neither a handle nor a blob");
    }
  });
});

test("what an inner scope keeps is the outer one's to free", () => {
  const { heap, scope } = setUp();
  const inner = new ScopeAdaptor(scope);
  const handle = inner.keep(inner.alloc(10));
  inner.end();
  expect(heap.stats().liveCount).toBe(1);
  scope.end();
  expect(heap.stats().liveCount).toBe(0);
  expect(inner.free(handle)).toBe(false);
});

test("the end of a using block is the scope's", () => {
  const { heap, scope } = setUp();
  {
    using inner = scope;
    inner.alloc(10);
  }
  expect(heap.stats().liveCount).toBe(0);
});

test("only a kept block that is forgotten is told to the upstream", () => {
  const tracking = new TrackingAdaptor(new HeapAllocator(), { onForgotten: () => {} });
  const scope = new ScopeAdaptor(tracking);
  const [kept, freed, locked] = [scope.keep(scope.alloc(1)), scope.alloc(2), scope.alloc(3)];
  scope.lock(locked);
  for (const handle of [freed, locked]) notifyReclaimed(scope, handle);
  scope.end();
  for (const handle of [freed, locked]) notifyReclaimed(scope, handle);
  expect(tracking.forgotten).toBe(0);
  notifyReclaimed(scope, kept);
  expect(tracking.forgotten).toBe(1);
  scope.free(kept);
  notifyReclaimed(scope, kept);
  expect(tracking.forgotten).toBe(1);
});
