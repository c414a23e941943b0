import { describe, expect, test } from "vitest";
import { FREE, layOutTrace, readTrace } from "./trace.ts";

describe("layOutTrace", () => {
  test("keeps allocations and frees in order and leaves phases and locks out", () => {
    const trace = layOutTrace([
      { op: "m", phase: "run0", t: 0 },
      { op: "a", id: 7, size: 100, t: 1 },
      { op: "l", id: 7, t: 2 },
      { op: "u", id: 7, t: 3 },
      { op: "a", id: 9, size: 0, t: 4 },
      { op: "f", id: 7, size: 100, t: 5 },
      { op: "f", id: 9, size: 0, t: 6 },
    ]);
    expect([...trace.sizes]).toEqual([100, 0, FREE, FREE]);
    expect([...trace.slots]).toEqual([0, 1, 0, 1]);
    expect(trace).toMatchObject({ pairs: 2, slotCount: 2, peakBytes: 100, freedAtEnd: 0 });
  });

  test("uses a slot again once its block was freed", () => {
    const trace = layOutTrace([
      { op: "a", id: 1, size: 8, t: 0 },
      { op: "f", id: 1, t: 1 },
      { op: "a", id: 2, size: 16, t: 2 },
      { op: "f", id: 2, t: 3 },
    ]);
    expect([...trace.slots]).toEqual([0, 0, 0, 0]);
    expect(trace).toMatchObject({ slotCount: 1, peakBytes: 16 });
  });

  test("lets an id come back after its free, and frees at the end what is left alive", () => {
    const trace = layOutTrace([
      { op: "a", id: 1, size: 8, t: 0 },
      { op: "f", id: 1, t: 1 },
      { op: "a", id: 1, size: 24, t: 2 },
    ]);
    expect([...trace.sizes]).toEqual([8, FREE, 24, FREE]);
    expect(trace).toMatchObject({ pairs: 2, peakBytes: 24, freedAtEnd: 1 });
  });

  test("takes no events", () => {
    expect(layOutTrace([])).toMatchObject({ pairs: 0, slotCount: 0, peakBytes: 0 });
  });

  test("refuses what makes no sense", () => {
    const alloc = { op: "a", id: 1, size: 1, t: 0 } as const;
    expect(() => layOutTrace([{ op: "f", id: 3, t: 0 }])).toThrow(/Free of id 3/);
    expect(() => layOutTrace([alloc, alloc])).toThrow(/Alloc of id 1/);
    expect(() => layOutTrace([{ ...alloc, size: 2 ** 31 }])).toThrow(/Size 2147483648/);
  });
});

describe("readTrace", () => {
  // Counted from the files with a script of its own.
  test.each([
    ["det640", 2_391, 146, 51_621_440],
    ["rec320", 2_527, 141, 7_273_628],
    ["recdyn", 20_083, 141, 13_500_764],
    ["ocrpage", 32_053, 307, 81_580_516],
  ])("reads %s with its known counts and peak", (name, pairs, slotCount, peakBytes) => {
    const trace = readTrace(new URL(`../traces/${name}_nopat.jsonl.gz`, import.meta.url));
    expect(trace).toMatchObject({ pairs, slotCount, peakBytes, freedAtEnd: 0 });
    expect(trace.slots.length).toBe(2 * pairs);
  });
});
