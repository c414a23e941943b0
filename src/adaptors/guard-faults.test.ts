import { describe, expect, test } from "vitest";
import { EVERY_ALLOCATOR } from "./every-allocator.fixture.ts";
import { PLANTED_FAULTS, runFaultProgram } from "./guard-faults.fixture.ts";
import { GuardAdaptor } from "./guard.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { TrackingAdaptor } from "./tracking.ts";

/** Programs of each kind over each allocator. */
const PROGRAMS = 25;

const kinds = [
  ...EVERY_ALLOCATOR.filter(({ traits }) => traits.oneBlock !== true),
  { name: "a guard", make: () => new GuardAdaptor(new HeapAllocator(), { callSites: false }) },
  { name: "tracking", make: () => new TrackingAdaptor(new HeapAllocator(), { sample: 100 }) },
];

describe.each(kinds)("random programs, around $name", ({ make }) => {
  test.each([undefined, ...PLANTED_FAULTS])("with %s planted, just that is found", (fault) => {
    const seeds = Array.from({ length: PROGRAMS }, (_, seed) => seed * 7_919 + PLANTED_FAULTS.length);
    expect(seeds.map((seed) => runFaultProgram(make, fault, seed)).filter((wrong) => wrong !== undefined)).toEqual([]);
  });
});
