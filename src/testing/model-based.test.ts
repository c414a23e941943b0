import { describe, expect, test } from "vitest";
import { SystemAllocator } from "../allocators/system.ts";
import { FixtureAllocator, LeakyFixtureAllocator, MUTANTS, NoEmptyBlocksAllocator } from "./broken.fixture.ts";
import type { AllocatorModelOptions } from "./model-based.ts";
import { runAllocatorModel } from "./model-based.ts";

const SEED = 20_261_122;
const LIMIT = 2 ** 20;

/** What a hundred programs end with: fast-check's message when one of them fails. */
function outcomeOf(make: () => FixtureAllocator, options: AllocatorModelOptions): string {
  try {
    runAllocatorModel(make, { runs: 100, seed: SEED, ...options });
    return "passed";
  } catch (error) {
    return String(error);
  }
}

describe("runAllocatorModel", () => {
  test("passes a system allocator", () => {
    expect(() => runAllocatorModel(() => new SystemAllocator(), { runs: 40, seed: SEED })).not.toThrow();
  });

  test("passes a pooled allocator without a known budget", () => {
    expect(() => runAllocatorModel(() => new FixtureAllocator(2 ** 27), { runs: 30, seed: SEED })).not.toThrow();
  });

  test("passes a pooled allocator that runs out of its budget", () => {
    let refused = 0;
    class Counting extends FixtureAllocator {
      protected override outOfMemory(size: number): Error {
        refused++;
        return super.outOfMemory(size);
      }
    }
    runAllocatorModel(() => new Counting(LIMIT), { runs: 60, seed: SEED, limitBytes: LIMIT });
    expect(refused).toBeGreaterThan(0);
  });

  test("passes with sizes of one's own and locks that exclude", () => {
    const sizes = new Set<number>();
    class Recording extends SystemAllocator {
      override alloc(size: number): ReturnType<SystemAllocator["alloc"]> {
        if (Number.isSafeInteger(size) && size >= 0) sizes.add(size);
        return super.alloc(size);
      }
    }
    runAllocatorModel(() => new Recording(), { runs: 20, seed: SEED, sizes: [3, 70], exclusiveLocks: true });
    expect([...sizes].toSorted((a, b) => a - b)).toEqual([3, 70]);
  });

  test("disposes the allocator of every program, failed or not", () => {
    let open = 0;
    const make = (): SystemAllocator => (open++, new SystemAllocator());
    const dispose = (): void => void open--;
    runAllocatorModel(make, { runs: 5, dispose });
    expect(open).toBe(0);
    expect(() => runAllocatorModel(make, { runs: 5, seed: SEED, limitBytes: 10, dispose })).toThrow("Counterexample");
    expect(open).toBe(0);
  });

  test("gives the seed, the path and a short program when it fails", () => {
    const { make } = MUTANTS.find(({ fault }) => fault === "views are rounded up to the granule")!;
    const run = (): void => runAllocatorModel(make, { runs: 50, seed: SEED });
    expect(run).toThrow(new RegExp(`seed: ${SEED}, path: "[\\d:]+"`));
    expect(run).toThrow(/Counterexample: \[alloc\(\d+\)/);
  });

  test("takes an OutOfMemoryError for a failure when no budget is known", () => {
    expect(outcomeOf(() => new FixtureAllocator(2 ** 16), {})).toContain("Counterexample");
  });

  test("demands the whole budget while nothing is live", () => {
    expect(outcomeOf(() => new FixtureAllocator(LIMIT - 64), { limitBytes: LIMIT })).toContain("Counterexample");
  });

  test("demands the alignment that it is told", () => {
    expect(outcomeOf(() => new FixtureAllocator(), { alignment: 128 })).toContain("Counterexample");
  });
});

describe("the model finds that", () => {
  for (const { fault, foundByModel, make } of MUTANTS) {
    if (!foundByModel) continue;
    test(fault, () => {
      expect(outcomeOf(make, { limitBytes: 16 * 2 ** 20 })).toContain("Counterexample");
    });
  }

  test("alloc(0) is refused", () => {
    expect(outcomeOf(() => new NoEmptyBlocksAllocator(), {})).toContain("Counterexample");
  });

  test("a budget shrinks with use", () => {
    expect(outcomeOf(() => new LeakyFixtureAllocator(LIMIT), { limitBytes: LIMIT })).toContain("Counterexample");
  });
});
