import { beforeEach, describe, expect, test, vi } from "vitest";
import { LockOp } from "../allocator.ts";
import type { Handle, IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { BlobError, CorruptionError, OutOfMemoryError } from "../errors.ts";
import { Adaptor } from "./adaptor.ts";
import { EVERY_ALLOCATOR, describeAdaptor } from "./every-allocator.fixture.ts";
import type { AllocatorKind } from "./every-allocator.fixture.ts";
import { GuardAdaptor } from "./guard.ts";
import type { GuardOptions } from "./guard/guard-options.ts";

/** Canaries count against a bound: none can be filled to the brim. One block for everybody cannot be guarded. */
const KINDS: readonly AllocatorKind[] = EVERY_ALLOCATOR.filter(({ traits }) => traits.oneBlock !== true).map(
  ({ name, make, model }) => ({ name, make, model, traits: { pooled: true } }),
);

describe("every block", () => {
  const options = { callSites: false, quarantineBlocks: 16 };
  describeAdaptor((upstream) => new GuardAdaptor(upstream, options), { kinds: KINDS, runs: 10 });
});

describe("a sample of the blocks", () => {
  const options = { sample: 3, callSites: false, quarantineBlocks: 4, historyBlocks: 100 };
  const kinds = KINDS.filter(({ name }) => name === "HeapAllocator" || name === "SystemAllocator");
  describeAdaptor((upstream) => new GuardAdaptor(upstream, options), { kinds, runs: 10 });
});

describe("no quarantine", () => {
  describeAdaptor((upstream) => new GuardAdaptor(upstream, { callSites: false, quarantineBlocks: 0 }), {
    kinds: KINDS.filter(({ name }) => name === "HeapAllocator"),
    runs: 10,
  });
});

function guarded(options: GuardOptions = {}): GuardAdaptor<HeapAllocator> {
  return new GuardAdaptor(new HeapAllocator(), options);
}

// Damage is warned of where nobody asked to be told.
const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
beforeEach(() => void warn.mockClear());

/** The bytes around a block, as native code would see them. */
function around(view: Uint8Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset - 64, view.byteLength + 128);
}

function lockedBlock(guard: IAllocator, size: number): { handle: Handle; view: Uint8Array } {
  const handle = guard.alloc(size);
  return { handle, view: guard.lock(handle) };
}

describe("damage", () => {
  test("a byte behind the end is an overrun, found at the last unlock, with where the block was allocated", () => {
    for (const size of [0, 1, 63, 64, 65, 1_000]) {
      const guard = guarded();
      const { handle, view } = lockedBlock(guard, size);
      guard.lock(handle);
      around(view)[64 + size]! ^= 0x10;
      guard.unlock(handle);
      expect(guard.reports).toEqual([]);
      guard.unlock(handle);
      expect(guard.reports).toMatchObject([{ fault: "overrun", size, offset: size, handle, operation: "unlock" }]);
      const [{ message, allocatedAt, foundAt, expected, actual }] = guard.reports as [
        Required<(typeof guard.reports)[0]>,
      ];
      expect((expected ?? 0) ^ (actual ?? 0)).toBe(0x10);
      expect(message).toContain(
        `Written behind the end of a block of ${size} bytes: byte ${size} should be ${expected}`,
      );
      expect(allocatedAt?.location).toMatch(/guard\.test\.ts:\d+:\d+$/);
      expect(foundAt?.location).toMatch(/guard\.test\.ts:\d+:\d+$/);
      expect(message).toMatch(/\n {2}allocated at lockedBlock \(.*guard\.test\.ts:\d+:\d+\)\n/);
    }
  });

  test("a byte before the start is an underrun, found by free where it was done between two locks", () => {
    const guard = guarded();
    const { handle, view } = lockedBlock(guard, 10);
    guard.unlock(handle);
    around(view)[63] = 0;
    expect(guard.free(handle)).toBe(true);
    expect(guard.reports).toMatchObject([{ fault: "underrun", offset: -1, actual: 0, operation: "free" }]);
    expect(guard.reports[0]!.freedAt).toBeUndefined();
  });

  test("check finds damage in live blocks, locked or not, once, and throws until the reports are taken", () => {
    const guard = guarded();
    const blocks = [lockedBlock(guard, 100), lockedBlock(guard, 200)];
    guard.unlock(blocks[0]!.handle);
    for (const { view } of blocks) around(view)[64 + view.byteLength + 3] = 0;
    expect(() => guard.check()).toThrow(CorruptionError);
    expect(() => guard.check()).toThrow(/behind the end of a block of 100 bytes: byte 103 .*[^]*1 more; see reports/);
    expect(guard.takeReports()).toMatchObject([{ size: 100 }, { size: 200 }]);
    expect(guard.reports).toEqual([]);
    guard.check();
    guard.unlock(blocks[1]!.handle);
    expect(guard.reports).toEqual([]);
  });

  test("a write after free is found by check while the block is in quarantine, with where it was freed", () => {
    const guard = guarded();
    const { handle, view } = lockedBlock(guard, 1_000);
    guard.unlock(handle);
    guard.free(handle);
    view[999] = 1;
    expect(() => guard.check()).toThrow(/Written to a block of 1000 bytes after it was freed: byte 999 .* is 1/);
    const [report] = guard.reports;
    expect(report).toMatchObject({ fault: "write-after-free", offset: 999, expected: 0xdd, actual: 1 });
    expect(report!.message).toMatch(/\n {2}freed at .*guard\.test\.ts/);
  });

  test("a write after free is found when the block leaves a full quarantine, and by trim", () => {
    for (const bounds of [{ quarantineBlocks: 2 }, { quarantineBytes: 3 * 256 }]) {
      const guard = guarded(bounds);
      const { handle, view } = lockedBlock(guard, 100);
      guard.unlock(handle);
      guard.free(handle);
      view[0] = 7;
      for (let i = 0; i < 4; i++) guard.free(guard.alloc(100));
      expect(guard.reports).toMatchObject([{ fault: "write-after-free", offset: 0, operation: "free" }]);
      const other = lockedBlock(guard, 100);
      guard.unlock(other.handle);
      guard.free(other.handle);
      around(other.view)[0] = 0;
      guard.trim();
      expect(guard.reports[1]).toMatchObject({ fault: "write-after-free", offset: -64, operation: "trim" });
      expect(guard.upstream.stats().liveCount).toBe(0);
    }
  });

  test("a write through a read lock is found at the last unlock, with where the lock was taken", () => {
    for (const size of [1, 3, 4, 1_001, 2 ** 20 + 3]) {
      const guard = guarded();
      const handle = guard.alloc(size);
      const view = guard.lock(handle, LockOp.LOCK_FOR_READ) as Uint8Array;
      guard.lock(handle, LockOp.LOCK_FOR_READ);
      view[size - 1]! ^= 1;
      guard.unlock(handle);
      expect(guard.reports).toEqual([]);
      guard.unlock(handle);
      const offset = size > 2 ** 20 ? undefined : size - 1;
      expect(guard.reports).toMatchObject([{ fault: "write-through-read-lock", offset }]);
      expect(guard.reports[0]!.message).toMatch(/\n {2}locked for reading at .*guard\.test\.ts/);
      expect(guard.free(handle)).toBe(true);
      expect(guard.reports.length).toBe(1);
    }
  });

  test("writes under a write lock are right, with read locks inside it, around it and after it", () => {
    const guard = guarded();
    const handle = guard.alloc(100);
    const orders: readonly (readonly ("r" | "w" | "write" | "u")[])[] = [
      ["w", "write", "u"],
      ["w", "r", "write", "u", "write", "u"],
      ["r", "w", "write", "u", "u"],
      ["r", "w", "u", "write", "u"],
      ["r", "u", "w", "r", "u", "write", "u", "r", "u"],
    ];
    for (const [at, order] of orders.entries()) {
      let view: Uint8Array = new Uint8Array();
      for (const step of order) {
        if (step === "r") view = guard.lock(handle, LockOp.LOCK_FOR_READ) as Uint8Array;
        else if (step === "w") view = guard.lock(handle);
        else if (step === "write") view.fill(at + 1);
        else guard.unlock(handle);
      }
    }
    guard.check();
    expect(guard.reports).toEqual([]);
  });

  test("a write under read locks alone is found when a write lock comes to them, and by check", () => {
    const guard = guarded();
    const lockForWrite = (handle: Handle): unknown => guard.lock(handle);
    for (const find of [lockForWrite, (): unknown => expect(() => guard.check()).toThrow(CorruptionError)]) {
      const handle = guard.alloc(8);
      (guard.lock(handle, LockOp.LOCK_FOR_READ) as Uint8Array)[3]! ^= 1;
      find(handle);
      expect(guard.takeReports()).toMatchObject([{ fault: "write-through-read-lock", offset: 3 }]);
    }
  });
});

function freeTwice(guard: GuardAdaptor): Handle {
  const handle = guard.alloc(24);
  expect(guard.free(handle)).toBe(true);
  expect(guard.free(handle)).toBe(false);
  return handle;
}

describe("misuse", () => {
  test("a double free is false and reported with where the block was allocated, first freed and freed again", () => {
    for (const options of [{}, { quarantineBlocks: 0 }]) {
      const guard = guarded(options);
      const handle = freeTwice(guard);
      const [report] = guard.reports;
      expect(report).toMatchObject({ fault: "double-free", handle, size: 24, operation: "free" });
      const lines = [report!.allocatedAt, report!.freedAt, report!.foundAt].map((site) => site!.frames[0]!.line);
      expect([lines[1]! - lines[0]!, lines[2]! - lines[1]!]).toEqual([1, 1]);
      expect(report!.message).toMatch(
        /^Freed a block of 24 bytes twice .*\n {2}allocated at [^]*\n {2}first freed at [^]*\n {2}freed again at /,
      );
    }
  });

  test("misuse does not make check throw, since nothing is damaged", () => {
    const guard = guarded();
    freeTwice(guard);
    guard.check();
    expect(guard.reports.length).toBe(1);
  });

  test("lock and unlock of a freed handle throw, and are reported with where it was freed", () => {
    const guard = guarded();
    const handle = guard.alloc(24);
    guard.free(handle);
    expect(() => guard.lock(handle)).toThrow(/no live handle/);
    expect(() => guard.unlock(handle)).toThrow(/no live handle/);
    expect(guard.reports).toMatchObject([
      { fault: "use-after-free", operation: "lock", handle },
      { fault: "use-after-free", operation: "unlock", handle },
    ]);
    expect(guard.reports[1]!.message).toMatch(/The unlock of a block of 24 bytes after it was freed[^]*\n {2}freed at/);
  });

  test("what it does not know is reported as that", () => {
    const guard = guarded({ historyBlocks: 1 });
    const [first, second] = [guard.alloc(1), guard.alloc(2)];
    guard.free(first);
    guard.free(second);
    for (const handle of [first, second, "x" as unknown as Handle]) guard.free(handle);
    expect(guard.reports.map(({ fault }) => fault)).toEqual(["unknown-handle", "double-free", "unknown-handle"]);
    expect(guard.reports[2]!.message).toContain('The free of "x", which is no live handle of this guard');
  });

  test("free of a locked block is false and no fault", () => {
    const guard = guarded();
    const { handle } = lockedBlock(guard, 8);
    expect(guard.free(handle)).toBe(false);
    expect(guard.reports).toEqual([]);
  });
});

test("reports go to onReport at once, and beyond maxReports only there", () => {
  const faults: string[] = [];
  const guard = guarded({ onReport: ({ fault }) => faults.push(fault), maxReports: 2 });
  for (let i = 0; i < 3; i++) guard.free(-1 as Handle);
  expect(faults.length).toBe(3);
  expect(guard.reports.length).toBe(2);
});

test("without onReport, damage is a warning with its call sites, once for each kind of it; misuse is none", () => {
  const guard = guarded();
  for (let i = 0; i < 3; i++) {
    const { handle, view } = lockedBlock(guard, 24);
    around(view)[64 + 24]! ^= 1;
    guard.unlock(handle);
    guard.free(handle);
    guard.free(handle);
  }
  expect(guard.reports.length).toBe(6);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]![0]).toMatch(/behind the end of a block of 24 bytes[^]*allocated at[^]*not told again/);
});

/** A guard whose onReport does something to the first block, of 64 bytes, that is overrun and locked once. */
function overrun(act: (guard: GuardAdaptor<HeapAllocator>, handle: Handle) => void): {
  guard: GuardAdaptor<HeapAllocator>;
  handle: Handle;
} {
  const guard = guarded({ onReport: ({ operation }) => void (operation === "unlock" && act(guard, handle)) });
  const { handle, view } = lockedBlock(guard, 64);
  around(view)[64 + 64]! ^= 1;
  return { guard, handle };
}

describe("onReport may use the guard", () => {
  test("and free the block that is being unlocked", () => {
    const freed: boolean[] = [];
    const { guard, handle } = overrun((guard, handle) => freed.push(guard.free(handle)));
    guard.unlock(handle);
    expect(freed).toEqual([true]);
    expect(guard.stats()).toMatchObject({ liveBytes: 0, liveCount: 0, lockedCount: 0 });
    expect(guard.upstream.stats()).toMatchObject({ liveCount: 1, lockedCount: 0 });
  });

  test("and free the block that is being freed, which is a second free", () => {
    const answers: boolean[] = [];
    const guard = guarded({
      onReport: ({ fault }) => void (fault === "overrun" && answers.push(guard.free(handle))),
    });
    const { handle, view } = lockedBlock(guard, 64);
    guard.unlock(handle);
    around(view)[64 + 64]! ^= 1;
    expect(guard.free(handle)).toBe(true);
    expect(answers).toEqual([false]);
    expect(guard.reports.map(({ fault }) => fault)).toEqual(["overrun", "double-free"]);
    expect(guard.stats()).toMatchObject({ liveBytes: 0, liveCount: 0 });
    expect(guard.upstream.stats().liveCount).toBe(1);
    guard.trim();
    expect(guard.upstream.stats()).toMatchObject({ liveBytes: 0, liveCount: 0 });
  });

  test("and unlock the block that is being unlocked, which is not locked any more", () => {
    const errors: unknown[] = [];
    const { guard, handle } = overrun((guard, handle) => {
      try {
        guard.unlock(handle);
      } catch (error) {
        errors.push(error);
      }
    });
    guard.unlock(handle);
    expect(errors).toMatchObject([{ code: "ERR_LOCK" }]);
    expect(errors[0]).toHaveProperty("message", expect.stringContaining("GuardAdaptor.unlock"));
    expect(guard.upstream.stats().lockedCount).toBe(0);
    expect(guard.free(handle)).toBe(true);
  });

  test("and free or allocate while check, trim and alloc go through the blocks", () => {
    const guard = new GuardAdaptor(new HeapAllocator({ maxBytes: 64 * 1_024 }), {
      onReport: () => void guard.free(guard.alloc(16)),
    });
    const views = Array.from({ length: 8 }, () => lockedBlock(guard, 1_000));
    for (const { view } of views) around(view)[0]! ^= 1;
    expect(() => guard.check()).toThrow(CorruptionError);
    for (const { handle, view } of views) {
      guard.unlock(handle);
      guard.free(handle);
      view.fill(1);
    }
    guard.free(guard.alloc(60_000));
    for (const { view } of views.slice(0, 2)) view.fill(2);
    guard.trim();
    expect(guard.stats()).toMatchObject({ liveBytes: 0, liveCount: 0 });
    guard.takeReports();
    guard.check();
  });
});

test("a block whose buffer was transferred is unlocked, locked and freed without a fault", () => {
  for (const op of [LockOp.LOCK_FOR_WRITE, LockOp.LOCK_FOR_READ] as LockOp[]) {
    const guard = new GuardAdaptor(new SystemAllocator(), { quarantineBlocks: 1 });
    const handle = guard.alloc(100);
    const { buffer } = guard.lock(handle, op);
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    guard.check();
    guard.unlock(handle);
    expect(guard.stats().lockedCount).toBe(0);
    for (const again of [op, LockOp.LOCK_FOR_READ, LockOp.LOCK_FOR_WRITE] as LockOp[]) {
      expect(guard.lock(handle, again)).toHaveLength(0);
    }
    for (let i = 0; i < 3; i++) guard.unlock(handle);
    expect(guard.free(handle)).toBe(true);
    guard.check();
    guard.trim();
    expect(guard.stats()).toMatchObject({ liveBytes: 0, liveCount: 0, lockedCount: 0 });
    expect(guard.reports).toEqual([]);
  }
});

test("what onReport throws does not come out of free", async () => {
  const guard = guarded({
    onReport: () => {
      throw new Error("mine");
    },
  });
  const queued = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => {});
  try {
    expect(guard.free(-1 as Handle)).toBe(false);
    expect(queued).toHaveBeenCalledOnce();
    expect(queued.mock.calls[0]![0]).toThrow("mine");
  } finally {
    queued.mockRestore();
  }
});

test("a freed block is not used again while it is in quarantine", () => {
  const guard = guarded({ quarantineBlocks: 5 });
  const places = new Set<number>();
  for (let i = 0; i < 6; i++) {
    const { handle, view } = lockedBlock(guard, 500);
    places.add(view.byteOffset);
    guard.unlock(handle);
    guard.free(handle);
  }
  expect(places.size).toBe(6);
  expect(guard.upstream.stats().liveCount).toBe(5);
  expect(guard.stats()).toMatchObject({ liveCount: 0, liveBytes: 0, peakBytes: 500, totalCount: 6 });
});

test("freed memory reads as poison, fresh memory only where it is asked for", () => {
  const guard = guarded({ poisonOnAlloc: true });
  const { handle, view } = lockedBlock(guard, 100);
  expect(new Set(view)).toEqual(new Set([0xcd]));
  guard.unlock(handle);
  guard.free(handle);
  expect(new Set(view)).toEqual(new Set([0xdd]));
  expect(new Set(lockedBlock(new GuardAdaptor(new SystemAllocator()), 100).view)).toEqual(new Set([0]));
});

test("the quarantine makes way when the upstream is out of memory, and then the numbers are the user's", () => {
  const maxBytes = 64 * 1_024;
  const guard = new GuardAdaptor(new HeapAllocator({ maxBytes, name: "weights" }));
  for (let i = 0; i < 20; i++) expect(guard.free(guard.alloc(20_000))).toBe(true);
  const handles = [guard.alloc(20_000), guard.alloc(20_000)];
  expect(() => guard.alloc(30_000)).toThrow(OutOfMemoryError);
  let error: OutOfMemoryError | undefined;
  try {
    guard.alloc(30_000);
  } catch (thrown) {
    error = thrown as OutOfMemoryError;
  }
  const numbers = { allocator: "weights", requestedBytes: 30_000, liveBytes: 40_000, limitBytes: maxBytes };
  expect(error).toMatchObject(numbers);
  expect(error!.message).toContain("Canaries take 320 bytes of it.");
  expect(error!.cause).toBeInstanceOf(OutOfMemoryError);
  expect(() => guard.alloc(error!.largestFreeBytes + 1)).toThrow(OutOfMemoryError);
  handles.push(guard.alloc(error!.largestFreeBytes));
  for (const handle of handles) guard.free(handle);
  guard.check();
});

/** Which of 2,000 blocks are guarded: those whose overrun is found. */
function damaged(seed: number): number[] {
  const guard = guarded({ sample: 10, seed });
  const found: number[] = [];
  for (let i = 0; i < 2_000; i++) {
    const { handle, view } = lockedBlock(guard, 64);
    const [start, length] = [view.byteOffset, view.buffer.byteLength];
    if (start + 64 < length) new Uint8Array(view.buffer)[start + 64]! ^= 1;
    guard.unlock(handle);
    if (guard.takeReports().length > 0) found.push(i);
    new Uint8Array(view.buffer)[start + 64]! ^= 1;
    guard.takeReports();
  }
  return found;
}

test("one block in so many is guarded, the same ones for the same seed", () => {
  const found = damaged(1);
  expect(damaged(1)).toEqual(found);
  expect(damaged(2)).not.toEqual(found);
  expect(found.length).toBeGreaterThan(140);
  expect(found.length).toBeLessThan(280);
});

test("one block for everybody cannot be guarded, also behind another adaptor", () => {
  const one = new PreallocatedAllocator(new Uint8Array(8));
  for (const upstream of [one, new Adaptor(new Adaptor(one))]) {
    expect(() => new GuardAdaptor(upstream)).toThrow(BlobError);
    expect(() => new GuardAdaptor(upstream)).toThrow(/cannot guard a PreallocatedAllocator/);
  }
});

test("options that make no sense are refused", () => {
  const wrong: readonly [unknown, RegExp][] = [
    [null, /options of a guard/],
    [{ sample: 0.001 }, /For one in 1000, give 1000/],
    [{ sample: 0 }, /sample must be an integer from 1/],
    [{ onReport: 3 }, /onReport must be a function/],
    [{ quarantineBytes: -1 }, /quarantineBytes must be an integer from 0/],
    [{ historyBlocks: "many" }, /historyBlocks must be an integer from 0/],
  ];
  for (const [options, message] of wrong) {
    expect(() => guarded(options as GuardOptions)).toThrow(message);
    expect(() => guarded(options as GuardOptions)).toThrow(expect.objectContaining({ code: "ERR_OPTIONS" }));
  }
});

test("a free that the upstream cannot serve is false, and the block stays live", () => {
  const upstream = new HeapAllocator();
  const guard = new GuardAdaptor(upstream);
  const handle = guard.alloc(10);
  const lock = vi.spyOn(upstream, "lock").mockImplementation(() => {
    throw new Error("gone");
  });
  expect(guard.free(handle)).toBe(false);
  lock.mockRestore();
  expect(guard.free(handle)).toBe(true);
});
