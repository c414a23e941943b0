import { describe, expect, test } from "vitest";
import type { Handle, IAllocator } from "../allocator.ts";
import { tryAlloc } from "../allocator.ts";
import type { OutOfMemoryError } from "../errors.ts";
import { AllocationFailureError } from "./allocation-failure-error.ts";
import { FixtureAllocator } from "./broken.fixture.ts";
import { checkAllAllocationFailures } from "./check-all-allocation-failures.ts";

/** Allocates each size in turn, and frees all of them whatever happens. */
function tidy(allocator: IAllocator, sizes: readonly number[], before: () => void = () => {}): void {
  const handles: Handle[] = [];
  try {
    for (const size of sizes) {
      handles.push(allocator.alloc(size));
      before();
    }
  } finally {
    for (const handle of handles) allocator.free(handle);
  }
}

const wrap = (cause: unknown): Error => new Error("wrapped", { cause });

/** Goes on when an alloc fails, but forgets the first block when it is the second alloc that does. */
function recoverWithLeak(allocator: IAllocator): void {
  const first = tryAlloc(allocator, 4);
  const second = tryAlloc(allocator, 8);
  if (second === null) return;
  allocator.free(second);
  if (first !== null) allocator.free(first);
}

describe("checkAllAllocationFailures", () => {
  test("fails each alloc once and counts them", async () => {
    const failed: number[] = [];
    const report = await checkAllAllocationFailures((allocator) => {
      try {
        tidy(allocator, [10, 20, 30]);
      } catch (error) {
        failed.push((error as OutOfMemoryError).requestedBytes);
        throw error;
      }
    });
    expect(report).toEqual({ allocations: 3, failuresTried: 3 });
    expect(failed).toEqual([10, 20, 30]);
  });

  test("accepts code that allocates nothing", async () => {
    expect(await checkAllAllocationFailures(() => 1)).toEqual({ allocations: 0, failuresTried: 0 });
  });

  test("waits for code that is asynchronous", async () => {
    let finished = 0;
    const report = await checkAllAllocationFailures(async (allocator) => {
      const first = allocator.alloc(1);
      try {
        await Promise.resolve();
        allocator.free(allocator.alloc(2));
      } finally {
        await Promise.resolve();
        allocator.free(first);
        finished++;
      }
    });
    expect(report).toEqual({ allocations: 2, failuresTried: 2 });
    expect(finished).toBe(2);
  });

  test("finds a block that leaks only when a later alloc fails", async () => {
    const leaky = checkAllAllocationFailures((allocator) => {
      const first = allocator.alloc(64);
      const second = allocator.alloc(128);
      allocator.free(second);
      allocator.free(first);
    });
    await expect(leaky).rejects.toThrow(AllocationFailureError);
    await expect(leaky).rejects.toMatchObject({
      kind: "leak",
      failedAlloc: 2,
      failedSize: 128,
      leaked: [{ alloc: 1, size: 64 }],
      message: expect.stringContaining("alloc 1 (64 bytes) still live after a run in which alloc 2 (128 bytes) failed"),
    });
  });

  test("finds blocks that leak although nothing failed", async () => {
    const leaky = checkAllAllocationFailures((allocator) => {
      const kept = allocator.alloc(5);
      try {
        allocator.lock(allocator.alloc(7));
      } catch (error) {
        allocator.free(kept);
        throw error;
      }
    });
    const leaked = [
      { alloc: 1, size: 5 },
      { alloc: 2, size: 7 },
    ];
    await expect(leaky).rejects.toMatchObject({ kind: "leak", failedAlloc: 0, leaked });
  });

  test("takes a refused free for a leak", async () => {
    const leaky = checkAllAllocationFailures((allocator) => {
      const handle = allocator.alloc(5);
      allocator.lock(handle);
      allocator.free(handle);
    });
    await expect(leaky).rejects.toMatchObject({ kind: "leak", failedAlloc: 0, leaked: [{ alloc: 1, size: 5 }] });
  });

  test("finds a failure that was swallowed", async () => {
    const careless = checkAllAllocationFailures((allocator) => {
      allocator.free(allocator.alloc(3));
      const handle = tryAlloc(allocator, 9);
      if (handle !== null) allocator.free(handle);
    });
    await expect(careless).rejects.toMatchObject({ kind: "swallowed", failedAlloc: 2, failedSize: 9 });
  });

  test("lets code recover when that is allowed", async () => {
    const sizes: number[] = [];
    const run = (allocator: IAllocator): void => {
      const handle = tryAlloc(allocator, 1_000) ?? allocator.alloc(10);
      sizes.push(allocator.lock(handle).byteLength);
      allocator.unlock(handle);
      allocator.free(handle);
    };
    expect(await checkAllAllocationFailures(run, { allowRecovery: true })).toEqual({
      allocations: 1,
      failuresTried: 1,
    });
    expect(sizes).toEqual([10, 1_000]);
  });

  test("finds a leak in code that recovers", async () => {
    const leak = { kind: "leak", failedAlloc: 2, leaked: [{ alloc: 1, size: 4 }] };
    await expect(checkAllAllocationFailures(recoverWithLeak, { allowRecovery: true })).rejects.toMatchObject(leak);
  });

  test("finds another error thrown in place of the OutOfMemoryError", async () => {
    const confused = checkAllAllocationFailures((allocator) => {
      const handle = tryAlloc(allocator, 16);
      if (handle === null) throw new TypeError("handle is null");
      allocator.free(handle);
    });
    await expect(confused).rejects.toMatchObject({ kind: "wrong-error", failedAlloc: 1, cause: expect.any(TypeError) });
  });

  test("accepts an error that has the OutOfMemoryError as its cause, at any depth", async () => {
    const report = await checkAllAllocationFailures((allocator) => {
      try {
        allocator.free(allocator.alloc(1));
      } catch (cause) {
        throw wrap(wrap(cause));
      }
    });
    expect(report.failuresTried).toBe(1);
  });

  test("does not hang on an error that is its own cause", async () => {
    const circular = checkAllAllocationFailures((allocator) => {
      if (tryAlloc(allocator, 1) !== null) return;
      const error = new Error("circular");
      error.cause = error;
      throw error;
    });
    await expect(circular).rejects.toMatchObject({ kind: "wrong-error" });
  });

  test("passes on what the code throws when no alloc failed", async () => {
    const broken = checkAllAllocationFailures((allocator) => tidy(allocator, [1], () => expect.unreachable("a bug")));
    await expect(broken).rejects.toThrow("a bug");
    await expect(broken).rejects.not.toBeInstanceOf(AllocationFailureError);
  });

  test("does not count an alloc with a size that is none", async () => {
    const report = await checkAllAllocationFailures((allocator) => {
      expect(() => allocator.alloc(-1)).toThrow(RangeError);
      tidy(allocator, [1]);
    });
    expect(report).toEqual({ allocations: 1, failuresTried: 1 });
  });

  test("gives up on code that allocates without end", async () => {
    let size = 0;
    const endless = checkAllAllocationFailures(
      (allocator) => {
        size++;
        tidy(
          allocator,
          Array.from({ length: size + 1 }, () => 1),
        );
      },
      { maxAllocations: 20 },
    );
    await expect(endless).rejects.toMatchObject({ kind: "endless", failedAlloc: 20 });
    expect(size).toBe(20);
  });

  test("runs over the allocator it is given, and disposes each empty", async () => {
    const made: FixtureAllocator[] = [];
    const live: number[] = [];
    const leaky = checkAllAllocationFailures(
      (allocator) => {
        allocator.lock(allocator.alloc(100));
        allocator.alloc(200);
      },
      {
        make: () => {
          const allocator = new FixtureAllocator(4_096);
          made.push(allocator);
          return allocator;
        },
        dispose: (allocator) => void live.push(allocator.stats().liveCount),
      },
    );
    await expect(leaky).rejects.toMatchObject({ kind: "leak", failedAlloc: 2 });
    expect(made.map((allocator) => allocator.stats().totalCount)).toEqual([0, 1]);
    expect(live).toEqual([0, 0]);
  });
});
