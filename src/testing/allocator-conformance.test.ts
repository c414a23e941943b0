import { describe, expect, test } from "vitest";
import type { Handle } from "../allocator.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { SystemAllocator } from "../allocators/system.ts";
import type { ConformanceCase } from "./allocator-conformance.ts";
import { allocatorConformance } from "./allocator-conformance.ts";
import { FixtureAllocator, LeakyFixtureAllocator, MUTANTS, NoEmptyBlocksAllocator } from "./broken.fixture.ts";
import { CONFORMANCE_BYTES } from "./conformance/traits.ts";
import { ContractViolationError } from "./contract-violation-error.ts";

const LIMIT = 16 * 2 ** 20;

const names = (cases: readonly ConformanceCase[]): string[] => cases.map(({ name }) => name);

const fail = (): never => expect.unreachable("busy");
const failLater = (): Promise<void> => Promise.reject(new Error("busy"));

/** The names of the cases that fail. */
async function failuresOf(cases: readonly ConformanceCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of cases) {
    try {
      await run();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe("a system allocator conforms", () => {
  for (const { name, run } of allocatorConformance(() => new SystemAllocator())) test(name, run);
});

describe("a preallocated allocator conforms", () => {
  const memory = new Float32Array(100).subarray(3, 53);
  const cases = allocatorConformance(() => new PreallocatedAllocator(memory), { oneBlock: true, limitBytes: 200 });
  for (const { name, run } of cases) test(name, run);
});

describe("a small pooled allocator with a budget conforms", () => {
  const cases = allocatorConformance(() => new FixtureAllocator(LIMIT), {
    limitBytes: LIMIT,
    manyHandles: false,
    addressOf: (bytes) => bytes.byteOffset,
  });
  for (const { name, run } of cases) test(name, run);
});

describe("conformance finds that", () => {
  for (const { fault, foundBy, make } of MUTANTS) {
    test(fault, () => {
      const cases = allocatorConformance(make, { manyHandles: false });
      const found = cases.find(({ name }) => name.startsWith(foundBy));
      expect(found).toBeDefined();
      expect(() => found!.run()).toThrow(ContractViolationError);
    });
  }

  test("a size in quotes is taken, and says so with its quotes", () => {
    class Converting extends FixtureAllocator {
      override alloc(size: number): Handle {
        return super.alloc(typeof size === "string" ? Number(size) : size);
      }
    }
    const cases = allocatorConformance(() => new Converting(LIMIT), { manyHandles: false });
    const found = cases.find(({ name }) => name.startsWith("a size that is no number"));
    expect(() => found!.run()).toThrow('alloc("8"): expected TypeError (ERR_SIZE), but it returned');
  });

  test("alloc(0) is refused", () => {
    const cases = allocatorConformance(() => new NoEmptyBlocksAllocator());
    const found = cases.find(({ name }) => name.startsWith("blocks of no bytes"));
    expect(() => found!.run()).toThrow("empty");
  });

  test("a budget shrinks with use", async () => {
    const cases = allocatorConformance(() => new LeakyFixtureAllocator(LIMIT), {
      limitBytes: LIMIT,
      manyHandles: false,
    });
    expect(await failuresOf(cases)).toContain(
      "a budget can be filled to the brim, freed and filled again to the same count",
    );
  });

  test("more than the budget can be had", async () => {
    const options = { limitBytes: LIMIT, manyHandles: false };
    const failed = await failuresOf(allocatorConformance(() => new FixtureAllocator(2 * LIMIT), options));
    expect(failed).toContain("a budget can be filled to the brim, freed and filled again to the same count");
    expect(failed).toContain("the whole budget can be one block, before and after it was in pieces");
  });

  test("a native address is off by 16 bytes", async () => {
    const cases = allocatorConformance(() => new FixtureAllocator(), {
      manyHandles: false,
      addressOf: (bytes) => BigInt(bytes.byteOffset) + 16n,
    });
    expect(await failuresOf(cases)).toEqual(["every block starts at a native address that is a multiple of 64"]);
  });

  test("an allocator with blocks of its own is no preallocated one", async () => {
    const failed = await failuresOf(allocatorConformance(() => new SystemAllocator(), { oneBlock: true }));
    expect(failed).toContain("every alloc that fits gives the same handle");
    expect(failed).toContain("free is always false, and keeps handle and contents");
  });
});

describe("allocatorConformance", () => {
  test("leaves out the cases that do not apply", () => {
    const system = names(allocatorConformance(() => new SystemAllocator()));
    const fixture = names(
      allocatorConformance(() => new FixtureAllocator(), { exclusiveLocks: true, manyHandles: false }),
    );
    const stats = "stats follow a known sequence of calls, and check passes after each";
    const coexist = "locks for reading and for writing coexist within a thread";
    const many = "100,000 handles can be live at once";
    expect(system).toEqual(expect.arrayContaining([coexist, many]));
    expect(system).not.toContain(stats);
    expect(fixture).toContain(stats);
    expect(fixture).not.toContain(coexist);
    expect(fixture).not.toContain(many);
    for (const name of [...system, ...fixture]) expect(name).not.toMatch(/budget|native address/);
    expect(new Set(system).size).toBe(system.length);
  });

  test("believes a trait rather than look for itself", () => {
    let made = 0;
    const make = (): FixtureAllocator => (made++, new FixtureAllocator());
    expect(names(allocatorConformance(make, { pooled: false })).join()).not.toMatch(/trim/);
    expect(made).toBe(0);
  });

  test("refuses a budget in which the cases have no room", () => {
    const limitBytes = CONFORMANCE_BYTES - 1;
    expect(() => allocatorConformance(() => new FixtureAllocator(), { limitBytes })).toThrow(RangeError);
  });

  test("says what was expected and what was there", () => {
    const { make } = MUTANTS.find(({ fault }) => fault === "views are rounded up to the granule")!;
    const [first] = allocatorConformance(make);
    expect(() => first!.run()).toThrow(ContractViolationError);
    expect(() => first!.run()).toThrow("the byteLength of the view of 1 bytes: expected 1, got 64.");
    expect(() => first!.run()).toThrow(expect.objectContaining({ actual: 64, expected: 1 }));
  });

  test("passes an error of the allocator's own on as it is", () => {
    class Failing extends SystemAllocator {
      override alloc(): Handle {
        throw new SyntaxError("out of order");
      }
    }
    const [first] = allocatorConformance(() => new Failing());
    expect(() => first!.run()).toThrow(SyntaxError);
  });

  test("disposes every allocator it made, with nothing live in it", () => {
    let open = 0;
    const live: number[] = [];
    const make = (): FixtureAllocator => (open++, new FixtureAllocator());
    const dispose = (allocator: FixtureAllocator): void => {
      open--;
      live.push(allocator.stats().liveCount);
    };
    const cases = allocatorConformance(make, { dispose, manyHandles: false });
    for (const { run } of cases) void run();
    expect(open).toBe(0);
    expect(live.length).toBeGreaterThan(cases.length);
    expect(live.every((count) => count === 0)).toBe(true);
  });

  test("disposes after a failure too, and reports the failure", () => {
    let disposed = 0;
    const dispose = (): void => {
      disposed++;
      throw new Error("handles are live");
    };
    const [first] = allocatorConformance(() => new NoEmptyBlocksAllocator(), { pooled: true, dispose });
    expect(() => first!.run()).toThrow("empty");
    expect(disposed).toBe(1);
  });

  test("reports a disposal that fails", () => {
    const traits = { pooled: true, dispose: fail };
    const [first] = allocatorConformance(() => new FixtureAllocator(), traits);
    expect(() => first!.run()).toThrow("busy");
  });

  test("waits for a disposal that takes its time", async () => {
    let disposed = false;
    const dispose = async (): Promise<void> => {
      await Promise.resolve();
      disposed = true;
    };
    const [first] = allocatorConformance(() => new FixtureAllocator(), { pooled: true, dispose });
    await first!.run();
    expect(disposed).toBe(true);
    const traits = { pooled: true, dispose: failLater };
    const [second] = allocatorConformance(() => new FixtureAllocator(), traits);
    await expect(second!.run()).rejects.toThrow("busy");
  });
});
