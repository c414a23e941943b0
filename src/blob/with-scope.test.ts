/** Scopes around blobs: the scope knows them by the contract only. */
import { describe, expect, test } from "vitest";
import { withScope } from "../adaptors/with-scope.ts";
import type { IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { BlobError, InvalidHandleError } from "../errors.ts";
import { StatisticsAdaptor } from "../adaptors/statistics.ts";
import { CompoundBlob } from "./compound-blob.ts";
import { createBlob } from "./create-blob.ts";
import type { TBlob } from "./tblob.ts";

const DESC = { precision: "U8", dims: [1, 1, 4, 4], layout: "NCHW" } as const;

const blobOf = (allocator: IAllocator): TBlob<"U8"> => createBlob(DESC, { allocator });

const fail = (): never => {
  throw new SyntaxError("no");
};

const live = (heap: HeapAllocator): number => heap.stats().liveCount;

function nested(value: unknown, depth: number): unknown {
  let list = value;
  for (let i = 0; i < depth; i++) list = [list];
  return list;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: resolve! };
}

describe("withScope", () => {
  test("frees everything, and gives what the function gives", () => {
    const heap = new HeapAllocator();
    const sum = withScope(heap, (scope) => {
      const [a, b] = [blobOf(scope), blobOf(scope)];
      scope.alloc(100);
      expect(live(heap)).toBe(3);
      return a.byteSize + b.byteSize;
    });
    expect([sum, live(heap)]).toEqual([32, 0]);
  });

  test("frees everything when the function throws", () => {
    const heap = new HeapAllocator();
    expect(() => withScope(heap, (scope) => (blobOf(scope), fail()))).toThrow(SyntaxError);
    expect(live(heap)).toBe(0);
  });

  test.each<[string, () => unknown]>([
    ["throws", () => new Proxy({}, { get: () => fail })],
    ["cannot be read", () => new Proxy({}, { get: fail })],
  ])("frees everything when the then of what is returned %s", (_, resultOf) => {
    const heap = new HeapAllocator();
    const run = (): unknown => withScope(heap, (scope) => (blobOf(scope), resultOf()));
    expect(run).toThrow(SyntaxError);
    expect(live(heap)).toBe(0);
  });

  test("waits for a promise, and frees when it is settled", async () => {
    const heap = new HeapAllocator();
    const { promise, resolve } = deferred();
    const pending = withScope(heap, async (scope) => {
      blobOf(scope);
      await promise;
      blobOf(scope);
      return live(heap);
    });
    expect(live(heap)).toBe(1);
    resolve();
    expect([await pending, live(heap)]).toEqual([2, 0]);
    const failing = withScope(heap, async (scope) => {
      blobOf(scope);
      await Promise.resolve();
      throw new SyntaxError("no");
    });
    await expect(failing).rejects.toThrow(SyntaxError);
    expect(live(heap)).toBe(0);
  });

  test("lets scopes of tasks that overlap alone", async () => {
    const heap = new HeapAllocator();
    const task = (rounds: number): Promise<number> =>
      withScope(heap, async (scope) => {
        const blob = blobOf(scope);
        for (let i = 0; i < rounds; i++) await Promise.resolve();
        {
          using map = blob.rwmap();
          map.data.fill(rounds);
        }
        using map = blob.rmap();
        return map.data[0]!;
      });
    expect(await Promise.all([task(1), task(9), task(4)])).toEqual([1, 9, 4]);
    expect(live(heap)).toBe(0);
  });

  test.each<[string, (blob: TBlob<"U8">, other: TBlob<"U8">) => unknown]>([
    ["a blob", (blob) => blob],
    ["a region of it", (blob) => blob.createROI([0, 0, 0, 0], [1, 1, 2, 2])],
    ["a list", (blob) => [1, null, blob, "a"]],
    ["an object", (blob) => ({ result: { scores: [blob] }, count: 3 })],
    ["a compound blob", (blob) => new CompoundBlob([blob])],
    ["one field of an object beside empty blobs", (blob) => ({ blobs: [], main: blob })],
    ["one field of an object beside other blobs", (blob) => ({ blobs: [new CompoundBlob([])], extra: { blob } })],
    ["the blobs of an object", (blob) => ({ blobs: [blob], count: 1 })],
    ["a list 20,000 lists deep", (blob) => nested(blob, 20_000)],
  ])("keeps what is returned as %s", (_, resultOf) => {
    const heap = new HeapAllocator();
    let kept: TBlob<"U8"> | undefined;
    withScope(heap, (scope) => {
      const [blob, other] = [blobOf(scope), blobOf(scope)];
      kept = blob;
      return resultOf(blob, other);
    });
    expect(live(heap)).toBe(1);
    using map = kept!.rmap();
    expect(map.data).toHaveLength(16);
  });

  test("keeps a blob that was allocated under a label of the scope", () => {
    const heap = new HeapAllocator();
    const blob = withScope(heap, (scope) => blobOf(new StatisticsAdaptor(scope).labelled("output")));
    expect(live(heap)).toBe(1);
    expect(blob.deallocate()).toBe(true);
    expect(live(heap)).toBe(0);
  });

  test("does not take a returned number for a handle", () => {
    const heap = new HeapAllocator();
    const dead = withScope(heap, (scope) => scope.alloc(1));
    const kept = withScope(heap, (scope) => scope.keep(scope.alloc(1)));
    expect([heap.free(dead), heap.free(kept)]).toEqual([false, true]);
  });

  test("leaves a kept blob usable, to be freed like any other", () => {
    const heap = new HeapAllocator();
    const blob = withScope(heap, (scope) => scope.keep(blobOf(scope)));
    {
      using map = blob.wmap();
      map.data.fill(3);
    }
    expect(live(heap)).toBe(1);
    blob.deallocate();
    expect(live(heap)).toBe(0);
    expect(() => blob.allocate()).toThrow(BlobError);
  });

  test("leaves a blob that it freed harmless", () => {
    const heap = new HeapAllocator();
    let blob: TBlob<"U8"> | undefined;
    withScope(heap, (scope) => void (blob = blobOf(scope)));
    const others = [heap.alloc(16), heap.alloc(16)];
    expect(() => blob!.rmap()).toThrow(InvalidHandleError);
    blob!.deallocate();
    expect(blob!.isAllocated).toBe(false);
    expect(others.map((handle) => heap.free(handle))).toEqual([true, true]);
  });

  test("leaves an open map its memory until it is disposed", () => {
    const heap = new HeapAllocator();
    const map = withScope(heap, (scope) => {
      const map = blobOf(scope).wmap();
      map.data.fill(5);
      return { close: () => map.dispose(), first: () => map.data[0] };
    });
    const other = heap.alloc(16);
    heap.lock(other).fill(1);
    expect([map.first(), live(heap)]).toEqual([5, 2]);
    map.close();
    expect(live(heap)).toBe(1);
  });
});
