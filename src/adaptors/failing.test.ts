import { describe, expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { tryAlloc } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { OutOfMemoryError } from "../errors.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";
import { FailingAdaptor } from "./failing.ts";
import type { FailingOptions } from "./failing.ts";

describeAdaptor((upstream) => new FailingAdaptor(upstream, {}));

/** The numbers of the allocs that fail among the first `count`, each of `size` bytes. */
function failed(options: FailingOptions, count = 20, size: (n: number) => number = () => 8): number[] {
  const failing = new FailingAdaptor(new HeapAllocator(), options);
  const numbers: number[] = [];
  for (let n = 1; n <= count; n++) if (tryAlloc(failing, size(n)) === null) numbers.push(n);
  expect([failing.allocations, failing.failures]).toEqual([count, numbers.length]);
  return numbers;
}

test("the n-th fails, and no other", () => {
  expect(failed({ nth: 3 })).toEqual([3]);
});

test("every n-th fails", () => {
  expect(failed({ every: 7 })).toEqual([7, 14]);
  expect(failed({ every: 1 }, 3)).toEqual([1, 2, 3]);
});

test("those above a size fail", () => {
  expect(failed({ aboveBytes: 100 }, 4, (n) => 98 + n)).toEqual([3, 4]);
});

test("any of several reasons is enough", () => {
  expect(failed({ nth: 2, every: 5, aboveBytes: 18 }, 20, (n) => n)).toEqual([2, 5, 10, 15, 19, 20]);
});

describe("random failures", () => {
  test("are the same for a seed, and others for another", () => {
    const first = failed({ probability: 0.3, seed: 7 }, 200);
    expect(failed({ probability: 0.3, seed: 7 }, 200)).toEqual(first);
    expect(failed({ probability: 0.3, seed: 8 }, 200)).not.toEqual(first);
    expect(failed({ probability: 0.3 }, 200)).toEqual(failed({ probability: 0.3, seed: 1 }, 200));
  });

  test("are as frequent as they should be, whatever the seed", () => {
    for (const seed of [0, 1, -5, 2 ** 40]) {
      const { length } = failed({ probability: 0.1, seed }, 5_000);
      expect(length).toBeGreaterThan(400);
      expect(length).toBeLessThan(600);
    }
  });

  test("never happen with 0 and always with 1", () => {
    expect(failed({ probability: 0 }, 50)).toEqual([]);
    expect(failed({ probability: 1 }, 3)).toEqual([1, 2, 3]);
  });
});

test("the error has the numbers and says that it was made", () => {
  const heap = new HeapAllocator();
  const failing = new FailingAdaptor(heap, { nth: 4, name: "probe" });
  failing.alloc(10);
  failing.free(failing.alloc(99));
  failing.alloc(20);
  let error: unknown;
  try {
    failing.alloc(5);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toMatchObject({ allocator: "probe", requestedBytes: 5, liveBytes: 30, limitBytes: 30 });
  expect((error as Error).message).toContain("Alloc 4 was made to fail (nth: 4)");
  expect(failing.lastFailure).toBe(error);
  expect(heap.stats().totalCount).toBe(3);
});

test("sizes that are none do not count, and the upstream's refusals are no failures of its own", () => {
  const failing = new FailingAdaptor(new HeapAllocator({ maxBytes: 64 }), { nth: 2 });
  expect(() => failing.alloc(-1)).toThrow(RangeError);
  expect(() => failing.alloc("1" as unknown as number)).toThrow(TypeError);
  expect(tryAlloc(failing, 100)).toBeNull();
  expect([failing.allocations, failing.failures]).toEqual([1, 0]);
  expect(tryAlloc(failing, 1)).toBeNull();
  expect([failing.allocations, failing.failures]).toEqual([2, 1]);
});

test.each([
  [null, "The options of a FailingAdaptor are"],
  [{ nth: 0 }, "nth must be an integer from 1, not 0."],
  [{ every: 1.5 }, "every must be an integer from 1, not 1.5."],
  [{ aboveBytes: -1 }, "aboveBytes must be an integer from 0, not -1."],
  [{ probability: 2 }, "probability must be a number from 0 to 1, not 2."],
  [{ probability: NaN }, "probability must be a number from 0 to 1, not NaN."],
  [{ seed: "a" }, 'seed must be an integer, not "a".'],
])("options of %o are refused", (options, message) => {
  const upstream: IAllocator = new HeapAllocator();
  expect(() => new FailingAdaptor(upstream, options as FailingOptions)).toThrow(message);
});

test("over one block for everybody, live bytes are what was asked for last", () => {
  const handle = 7 as Handle;
  const oneBlock: IAllocator = { alloc: () => handle, lock: () => new Uint8Array(9), unlock() {}, free: () => false };
  const failing = new FailingAdaptor(oneBlock, { nth: 3 });
  failing.alloc(9);
  failing.alloc(5);
  expect(() => failing.alloc(1)).toThrow("5 bytes are live");
});
