import { describe, expect, test } from "vitest";
import type { IAllocator } from "../allocator.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { createBlob } from "../blob/create-blob.ts";
import type { TBlob } from "../blob/tblob.ts";
import { BlobError } from "../errors.ts";
import { expectNoLeaks } from "./expect-no-leaks.ts";
import { LeakError } from "./leak-error.ts";

const DESC = { precision: "U8", dims: [10] } as const;

/** What a function throws. */
function thrownBy(act: () => unknown): LeakError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(LeakError);
  return thrown as LeakError;
}

const run = (allocator: IAllocator): number => {
  allocator.free(allocator.alloc(5));
  return 7;
};

const fail = (allocator: IAllocator): never => {
  allocator.alloc(1);
  throw new SyntaxError("no");
};

describe("expectNoLeaks", () => {
  test("gives what the function gives when everything was freed", async () => {
    expect(expectNoLeaks(run)).toBe(7);
    expect(await expectNoLeaks(async (allocator) => run(allocator))).toBe(7);
  });

  test("names the blocks that are still live, and where they were allocated", () => {
    const error = thrownBy(() =>
      expectNoLeaks((allocator) => {
        allocator.alloc(100);
        allocator.free(allocator.alloc(7));
        for (let i = 0; i < 2; i++) allocator.alloc(50);
      }),
    );
    expect(error).toMatchObject({ code: "ERR_LEAK", count: 3, bytes: 200 });
    expect(error.leaks.map(({ alloc, size }) => [alloc, size])).toEqual([
      [1, 100],
      [3, 50],
      [4, 50],
    ]);
    expect(error.message).toContain("3 blocks of 200 bytes are still live after the function ended:");
    const sites = error.leaks.map(({ site }) => site);
    expect(sites[0]).toMatch(/expect-no-leaks\.test\.ts.*:\d+:\d+$/);
    expect(sites[1]).toBe(sites[2]);
    expect(sites[0]).not.toBe(sites[1]);
    expect(error.message).toContain(`  2 × ${sites[1]}, 100 bytes`);
    expect(error.leaks[0]!.trace.split("\n")[0]).toContain(sites[0]);
  });

  test("watches blobs of the default allocator, and restores it", () => {
    const before = defaultAllocator();
    let blob: TBlob<"U8"> | undefined;
    const error = thrownBy(() => expectNoLeaks(() => void (blob = createBlob(DESC))));
    expect([error.count, error.bytes]).toEqual([1, 10]);
    expect(error.leaks[0]!.site).toMatch(/expect-no-leaks\.test\.ts/);
    expect(defaultAllocator()).toBe(before);
    expect(blob!.deallocate()).toBe(true);
    expectNoLeaks(() => createBlob(DESC).deallocate());
  });

  test("leaves the default allocator alone when it is told so", () => {
    const before = defaultAllocator();
    const blob = expectNoLeaks(
      () => {
        expect(defaultAllocator()).toBe(before);
        return createBlob(DESC);
      },
      { watchDefault: false },
    );
    blob.deallocate();
  });

  test("watches until a promise is settled", async () => {
    const leaky = expectNoLeaks(async (allocator) => {
      await Promise.resolve();
      allocator.alloc(1);
    });
    await expect(leaky).rejects.toThrow("1 block of 1 bytes is still live");
    await expectNoLeaks(async (allocator) => {
      const handle = allocator.alloc(1);
      await Promise.resolve();
      allocator.free(handle);
    });
  });

  test("passes the function's own error on, leaks or not, and restores the default", async () => {
    const before = defaultAllocator();
    expect(() => expectNoLeaks(fail)).toThrow(SyntaxError);
    await expect(expectNoLeaks(async (allocator) => fail(allocator))).rejects.toThrow(SyntaxError);
    expect(defaultAllocator()).toBe(before);
  });

  test("restores the default when several that overlap end in any order", async () => {
    const before = defaultAllocator();
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      const ends: (() => void)[] = [];
      const runs = [0, 1, 2].map(() => expectNoLeaks(() => new Promise<void>((resolve) => ends.push(resolve))));
      expect(defaultAllocator()).not.toBe(before);
      for (const i of order) {
        ends[i]!();
        await runs[i];
      }
      expect(defaultAllocator()).toBe(before);
    }
  });

  test("watches the default on when one that overlaps ended before", async () => {
    let end: (() => void) | undefined;
    const first = expectNoLeaks(() => new Promise<void>((resolve) => (end = resolve)));
    const second = expectNoLeaks(async () => {
      await first;
      createBlob(DESC);
    });
    end!();
    await expect(second).rejects.toThrow("1 block of 10 bytes is still live");
  });

  test("restores the default when the then of what is returned throws", () => {
    const before = defaultAllocator();
    const thenable: object = new Proxy({}, { get: () => (): never => fail(defaultAllocator()) });
    expect(() => expectNoLeaks(() => thenable)).toThrow(SyntaxError);
    expect(defaultAllocator()).toBe(before);
  });

  test("refuses what is no function and options that are none, before anything is watched", () => {
    const before = defaultAllocator();
    for (const [wrong, options] of [
      [5, {}],
      [undefined, {}],
      [run, null],
      [run, 3],
    ]) {
      const act = (): unknown => expectNoLeaks(wrong as typeof run, options as object);
      expect(act).toThrow(expect.objectContaining({ code: "ERR_OPTIONS" }));
    }
    expect(() => expectNoLeaks(run, { upstream: null as unknown as IAllocator })).toThrow(BlobError);
    expect(defaultAllocator()).toBe(before);
  });

  test("takes the memory from where it is told", () => {
    const heap = new HeapAllocator();
    const error = thrownBy(() => expectNoLeaks((allocator) => allocator.alloc(9), { upstream: heap }));
    expect(error.bytes).toBe(9);
    expect(heap.stats()).toMatchObject({ liveBytes: 9, liveCount: 1 });
  });
});

test("a message names ten places at most", () => {
  const leaks = Array.from({ length: 12 }, (_, i) => ({ alloc: i + 1, size: i, site: `a.ts:${i}:1`, trace: "" }));
  const { message } = new LeakError(leaks);
  expect(message).toContain("  1 × a.ts:11:1, 11 bytes\n  1 × a.ts:10:1, 10 bytes");
  expect(message).toContain("  and 2 more places");
  expect(message).not.toContain("a.ts:1:1");
});
