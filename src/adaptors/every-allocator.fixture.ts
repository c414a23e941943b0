import { describe, expect, test } from "vitest";
import type { IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { PlannedAllocator } from "../allocators/planned.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { BlobError } from "../errors.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import type { ConformanceTraits } from "../testing/conformance/traits.ts";
import { runAllocatorModel } from "../testing/model-based.ts";
import type { AllocatorModelRunOptions } from "../testing/model-based.ts";
import { Adaptor } from "./adaptor.ts";

const MIB = 2 ** 20;

/** An allocator to go around, and what the suites have to know of it. */
export interface AllocatorKind {
  readonly name: string;
  readonly make: () => IAllocator;
  readonly traits: ConformanceTraits;
  /** `undefined`: random programs make no sense over it. */
  readonly model: AllocatorModelRunOptions | undefined;
}

/** Every allocator of this package that needs nothing but a JavaScript runtime, and an adaptor. */
export const EVERY_ALLOCATOR: readonly AllocatorKind[] = [
  { name: "SystemAllocator", make: () => new SystemAllocator(), traits: {}, model: {} },
  {
    name: "PreallocatedAllocator",
    make: () => new PreallocatedAllocator(new Uint8Array(200)),
    traits: { oneBlock: true, limitBytes: 200 },
    model: undefined,
  },
  {
    name: "HeapAllocator",
    make: () => new HeapAllocator(),
    traits: { pooled: true },
    model: { alignment: 64 },
  },
  {
    name: "HeapAllocator within a bound",
    make: () => new HeapAllocator({ maxBytes: 16 * MIB }),
    traits: { pooled: true, limitBytes: 16 * MIB },
    model: { alignment: 64 },
  },
  {
    name: "PlannedAllocator",
    make: () => new PlannedAllocator(new HeapAllocator()),
    traits: { pooled: true },
    model: { alignment: 64 },
  },
  {
    name: "another adaptor",
    make: () => new Adaptor(new HeapAllocator()),
    traits: { pooled: true },
    model: { alignment: 64 },
  },
];

/** What is different for the adaptor under test. */
export interface AdaptorSuiteOptions {
  /** Replaces traits of the upstream; called with each. */
  readonly traits?: (kind: AllocatorKind) => ConformanceTraits;
  /** Replaces options of the random programs; called with each. */
  readonly model?: (kind: AllocatorKind) => AllocatorModelRunOptions;
  /** Random programs per upstream. Default: 12. */
  readonly runs?: number;
  /** The allocators to go around. Default: {@link EVERY_ALLOCATOR} */
  readonly kinds?: readonly AllocatorKind[];
}

/**
 * The suites that every adaptor passes: the contract and random programs over every allocator and around itself, and the
 * refusal of what is no allocator.
 *
 * @param wrap makes the adaptor around what it is given
 */
export function describeAdaptor(
  wrap: (upstream: IAllocator) => IAllocator,
  { traits, model, runs = 12, kinds = EVERY_ALLOCATOR }: AdaptorSuiteOptions = {},
): void {
  const itself: AllocatorKind = {
    name: "itself",
    make: () => wrap(new HeapAllocator()),
    traits: { pooled: true },
    model: { alignment: 64 },
  };
  for (const kind of [...kinds, itself]) {
    const make = (): IAllocator => wrap(kind.make());
    describe(`the contract, around ${kind.name}`, () => {
      // 100,000 handles are in the suite of each allocator already.
      const all: ConformanceTraits = { manyHandles: kind.name === "HeapAllocator", ...kind.traits, ...traits?.(kind) };
      for (const { name, run } of allocatorConformance(make, all)) test(name, run);
    });
    if (kind.model === undefined) continue;
    test(`random programs, around ${kind.name}`, () =>
      runAllocatorModel(make, { runs, ...kind.model, ...model?.(kind) }));
  }

  test.each([undefined, null, 5, "heap", {}, { alloc: 1 }, []])("%o is no allocator to go around", (value) => {
    expect(() => wrap(value as unknown as IAllocator)).toThrow(BlobError);
  });
}
