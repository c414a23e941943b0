import { describe, expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { tryAlloc } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { OutOfMemoryError } from "../errors.ts";
import { Adaptor } from "./adaptor.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";
import { LimitAdaptor } from "./limit.ts";
import type { LimitOptions, MemoryPressure, SoftLimit } from "./limit/limit-options.ts";

const MIB = 2 ** 20;

describe("with a budget that is never reached", () => {
  describeAdaptor((upstream) => new LimitAdaptor(upstream, { maxBytes: Infinity }));
});

describe("with a budget that is", () => {
  describeAdaptor((upstream) => new LimitAdaptor(upstream, { maxBytes: 5 * MIB, softBytes: MIB }), {
    traits: (kind) => (kind.traits.oneBlock ? {} : { limitBytes: 5 * MIB, manyHandles: false }),
    model: () => ({ limitBytes: 5 * MIB }),
  });
});

function outOfMemory(act: () => unknown): OutOfMemoryError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(OutOfMemoryError);
  return thrown as OutOfMemoryError;
}

describe("the hard mark", () => {
  test("can be reached to the byte, and one byte more is refused with the numbers", () => {
    const limit = new LimitAdaptor(new HeapAllocator(), { maxBytes: 1_000, name: "requests" });
    const [first] = [limit.alloc(600), limit.alloc(400)];
    expect(limit.liveBytes).toBe(1_000);
    expect(outOfMemory(() => limit.alloc(1))).toMatchObject({
      allocator: "requests",
      requestedBytes: 1,
      liveBytes: 1_000,
      limitBytes: 1_000,
      largestFreeBytes: 0,
      message: expect.stringContaining("Free something first, or raise maxBytes."),
    });
    expect(tryAlloc(limit, 0)).not.toBeNull();
    limit.free(first);
    expect(limit.liveBytes).toBe(400);
    expect(tryAlloc(limit, 600)).not.toBeNull();
  });

  test("of a block that can never fit says so, without asking for memory", () => {
    let asked = 0;
    const limit = new LimitAdaptor(new HeapAllocator(), { maxBytes: 100, onPressure: () => asked++ });
    expect(outOfMemory(() => limit.alloc(101)).message).toContain("It can never fit");
    expect(asked).toBe(0);
  });

  test("can be moved; below what is live it evicts nothing", () => {
    const limit = new LimitAdaptor(new HeapAllocator(), { maxBytes: 100 });
    const handle = limit.alloc(100);
    limit.maxBytes = 50;
    expect([limit.maxBytes, limit.liveBytes]).toEqual([50, 100]);
    expect(tryAlloc(limit, 1)).toBeNull();
    limit.free(handle);
    expect(tryAlloc(limit, 50)).not.toBeNull();
    limit.maxBytes = Infinity;
    expect(tryAlloc(limit, MIB)).not.toBeNull();
    expect(() => (limit.maxBytes = -1)).toThrow(RangeError);
    expect(limit.maxBytes).toBe(Infinity);
  });

  test("counts neither refused frees nor what was allocated elsewhere", () => {
    const heap = new HeapAllocator();
    const limit = new LimitAdaptor(heap, { maxBytes: 100 });
    const handle = limit.alloc(60);
    limit.lock(handle);
    expect([limit.free(handle), limit.liveBytes]).toEqual([false, 60]);
    limit.unlock(handle);
    expect(limit.free(heap.alloc(70))).toBe(true);
    expect([limit.free(handle), limit.free(handle), limit.liveBytes]).toEqual([true, false, 0]);
  });
});

/** A limit whose pressure callback drops `perCall` of `cached` blocks of 100 bytes, the oldest first. */
function withCache(
  maxBytes: number,
  cached: number,
  perCall: number,
): { limit: LimitAdaptor; asked: MemoryPressure[] } {
  const asked: MemoryPressure[] = [];
  const cache: Handle[] = [];
  const limit: LimitAdaptor = new LimitAdaptor(new HeapAllocator(), {
    maxBytes,
    onPressure: (pressure) => {
      asked.push(pressure);
      for (const handle of cache.splice(0, perCall)) limit.free(handle);
    },
  });
  for (let i = 0; i < cached; i++) cache.push(limit.alloc(100));
  return { limit, asked };
}

describe("the pressure callback", () => {
  test("is told what is needed, and what it frees through the adaptor saves the block", () => {
    const { limit, asked } = withCache(1_000, 10, 3);
    limit.alloc(250);
    expect(asked).toEqual([
      { neededBytes: 250, requestedBytes: 250, liveBytes: 1_000, maxBytes: 1_000, cause: undefined },
    ]);
    expect(limit.liveBytes).toBe(950);
  });

  test("is called again for as long as it frees something, and no longer", () => {
    const { limit, asked } = withCache(1_000, 10, 2);
    limit.alloc(700);
    expect(asked.map(({ neededBytes }) => neededBytes)).toEqual([700, 500, 300, 100]);
    expect(tryAlloc(limit, 900)).toBeNull();
    expect(asked).toHaveLength(4 + 2);
  });

  test("that frees nothing is called once for each refusal", () => {
    const { limit, asked } = withCache(1_000, 0, 0);
    limit.alloc(1_000);
    expect(tryAlloc(limit, 1)).toBeNull();
    expect(asked).toHaveLength(1);
  });

  test("may raise the mark", () => {
    const limit: LimitAdaptor = new LimitAdaptor(new HeapAllocator(), {
      maxBytes: 100,
      onPressure: ({ neededBytes }) => (limit.maxBytes += neededBytes),
    });
    limit.alloc(100);
    limit.alloc(40);
    expect(limit.maxBytes).toBe(140);
  });

  test("is not asked about its own allocations, which are refused where they do not fit", () => {
    let inner: Handle | null | undefined;
    let asked = 0;
    const limit: LimitAdaptor = new LimitAdaptor(new HeapAllocator(), {
      maxBytes: 100,
      onPressure: () => {
        asked++;
        inner = tryAlloc(limit, 60);
      },
    });
    limit.alloc(50);
    expect(tryAlloc(limit, 60)).toBeNull();
    expect([asked, inner, limit.liveBytes]).toEqual([1, null, 50]);
  });

  test("that throws makes alloc throw that, and the next alloc asks again", () => {
    let asked = 0;
    const limit = new LimitAdaptor(new HeapAllocator(), {
      maxBytes: 10,
      onPressure: () => {
        asked++;
        throw new SyntaxError("no");
      },
    });
    limit.alloc(10);
    for (let i = 1; i <= 2; i++) {
      expect(() => limit.alloc(1)).toThrow(SyntaxError);
      expect([asked, limit.liveBytes]).toEqual([i, 10]);
    }
  });

  test("has its chance when the upstream is out of memory, with its error", () => {
    const heap = new HeapAllocator({ maxBytes: 1_024 });
    const asked: MemoryPressure[] = [];
    const cache: Handle[] = [];
    const limit: LimitAdaptor = new LimitAdaptor(heap, {
      maxBytes: MIB,
      onPressure: (pressure) => {
        asked.push(pressure);
        if (cache.length > 0) limit.free(cache.pop()!);
      },
    });
    for (let i = 0; i < 4; i++) cache.push(limit.alloc(256));
    limit.alloc(512);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ neededBytes: 512, cause: { allocator: "HeapAllocator", requestedBytes: 512 } });
    expect(limit.liveBytes).toBe(1_024);
    expect(outOfMemory(() => limit.alloc(2_000)).allocator).toBe("HeapAllocator");
    expect(limit.liveBytes).toBe(512);
    heap.check();
  });

  test("may free what the adaptor does not count, and the upstream is tried once more", () => {
    const heap = new HeapAllocator({ maxBytes: 1_024 });
    const elsewhere = heap.alloc(1_024);
    const limit = new LimitAdaptor(heap, { maxBytes: MIB, onPressure: () => heap.free(elsewhere) });
    expect(limit.alloc(1_024)).toBeTypeOf("number");
  });

  test("is not asked about the upstream's other errors", () => {
    class Broken extends Adaptor {
      override alloc(): Handle {
        throw new SyntaxError("broken");
      }
    }
    const limit = new LimitAdaptor(new Broken(new SystemAllocator()), {
      maxBytes: 100,
      onPressure: () => expect.unreachable("asked"),
    });
    expect(() => limit.alloc(1)).toThrow(SyntaxError);
    expect(limit.liveBytes).toBe(0);
  });
});

function watched(options: Partial<LimitOptions> = {}): { limit: LimitAdaptor; warnings: SoftLimit[] } {
  const warnings: SoftLimit[] = [];
  const onSoftLimit = (warning: SoftLimit): void => void warnings.push(warning);
  const limit = new LimitAdaptor(new HeapAllocator(), { maxBytes: 200, softBytes: 100, onSoftLimit, ...options });
  return { limit, warnings };
}

describe("the soft mark", () => {
  test("warns once when it is crossed, and again after the live bytes fell to it", () => {
    const { limit, warnings } = watched();
    limit.alloc(100);
    expect(warnings).toEqual([]);
    const above = limit.alloc(1);
    expect(warnings).toEqual([{ liveBytes: 101, softBytes: 100, maxBytes: 200 }]);
    const more = limit.alloc(50);
    expect(warnings).toHaveLength(1);
    limit.free(more);
    limit.alloc(20);
    expect(warnings).toHaveLength(1);
    limit.free(limit.alloc(10));
    limit.free(above);
    expect(limit.liveBytes).toBe(120);
  });

  test("is armed again at the mark itself", () => {
    const { limit, warnings } = watched();
    limit.alloc(100);
    for (let i = 0; i < 3; i++) limit.free(limit.alloc(1));
    expect(warnings).toHaveLength(3);
  });

  test("does not warn of a block that was refused", () => {
    const { limit, warnings } = watched();
    expect(tryAlloc(limit, 201)).toBeNull();
    limit.alloc(90);
    expect(tryAlloc(limit, 111)).toBeNull();
    expect(warnings).toEqual([]);
  });

  test("with a callback that throws gives the block back", () => {
    const { limit } = watched({
      onSoftLimit: () => {
        throw new SyntaxError("no");
      },
    });
    expect(() => limit.alloc(150)).toThrow(SyntaxError);
    expect(limit.liveBytes).toBe(0);
    expect((limit.upstream as HeapAllocator).stats().liveCount).toBe(0);
  });

  test("above the hard mark is never reached", () => {
    const { limit, warnings } = watched({ softBytes: 1_000 });
    limit.alloc(200);
    expect(tryAlloc(limit, 1)).toBeNull();
    expect([limit.softBytes, warnings.length]).toEqual([1_000, 0]);
  });
});

test("over one block for everybody, it counts what was asked for last", () => {
  const handle = 7 as Handle;
  const oneBlock: IAllocator = {
    alloc: () => handle,
    lock: () => new Uint8Array(9),
    unlock: () => {},
    free: () => false,
  };
  const limit = new LimitAdaptor(oneBlock, { maxBytes: 20 });
  limit.alloc(9);
  limit.alloc(5);
  expect(limit.liveBytes).toBe(5);
});

test.each([
  [undefined, "The options of a LimitAdaptor are { maxBytes, … }, not undefined."],
  [{}, "maxBytes must be a number of bytes, not undefined."],
  [{ maxBytes: "1" }, 'maxBytes must be a number of bytes, not "1".'],
  [{ maxBytes: 1.5 }, "maxBytes must be an integer from 0 to 2^53 - 1 bytes, or Infinity, not 1.5."],
  [{ maxBytes: 5, softBytes: NaN }, "softBytes must be an integer"],
  [{ maxBytes: 5, onPressure: true }, "onPressure must be a function, not true."],
  [{ maxBytes: 5, onSoftLimit: null }, "onSoftLimit must be a function, not null."],
])("options of %o are refused", (options, message) => {
  expect(() => new LimitAdaptor(new SystemAllocator(), options as LimitOptions)).toThrow(message);
});
