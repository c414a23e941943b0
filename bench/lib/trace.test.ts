import { describe, expect, test } from "vitest";
import { FREE, parseTrace, readTrace } from "./trace.ts";

const lines = (...events: object[]): string => events.map((event) => JSON.stringify(event)).join("\n");

describe("parseTrace", () => {
  test("keeps allocations and frees in order and skips phases, locks and headers", () => {
    const trace = parseTrace(
      lines(
        { format: "a header" },
        { op: "m", phase: "run0", t: 0 },
        { op: "a", id: 7, size: 100, t: 1 },
        { op: "l", id: 7, t: 2 },
        { op: "u", id: 7, t: 3 },
        { op: "a", id: 9, size: 0, t: 4 },
        { op: "f", id: 7, size: 100, t: 5 },
        { op: "f", id: 9, size: 0, t: 6 },
      ),
    );
    expect([...trace.sizes]).toEqual([100, 0, FREE, FREE]);
    expect([...trace.slots]).toEqual([0, 1, 0, 1]);
    expect(trace).toMatchObject({ pairs: 2, slotCount: 2, peakBytes: 100, freedAtEnd: 0 });
  });

  test("uses a slot again once its block was freed", () => {
    const trace = parseTrace(
      lines({ op: "a", id: 1, size: 8 }, { op: "f", id: 1 }, { op: "a", id: 2, size: 16 }, { op: "f", id: 2 }),
    );
    expect([...trace.slots]).toEqual([0, 0, 0, 0]);
    expect(trace).toMatchObject({ slotCount: 1, peakBytes: 16 });
  });

  test("lets an id come back after its free", () => {
    const trace = parseTrace(lines({ op: "a", id: 1, size: 8 }, { op: "f", id: 1 }, { op: "a", id: 1, size: 24 }));
    expect([...trace.sizes]).toEqual([8, FREE, 24, FREE]);
  });

  test("frees at the end what the file leaves alive", () => {
    const trace = parseTrace(lines({ op: "a", id: 1, size: 8 }, { op: "a", id: 2, size: 16 }, { op: "f", id: 1 }));
    expect([...trace.sizes]).toEqual([8, 16, FREE, FREE]);
    expect(trace).toMatchObject({ pairs: 2, peakBytes: 24, freedAtEnd: 1 });
  });

  test("takes empty lines, a trailing newline and an empty file", () => {
    expect(parseTrace('\n{"op":"a","id":1,"size":1}\r\n\n').pairs).toBe(1);
    expect(parseTrace("")).toMatchObject({ pairs: 0, slotCount: 0, peakBytes: 0 });
  });

  test.each([
    ["a free of something that is not alive", '{"op":"f","id":3}', /line 1: free of id 3/],
    ["an alloc of a live id", lines({ op: "a", id: 1, size: 1 }, { op: "a", id: 1, size: 1 }), /line 2: alloc of id 1/],
    ["a size that is no integer", '{"op":"a","id":1,"size":1.5}', /line 1: size 1\.5/],
    ["a missing size", '{"op":"a","id":1}', /line 1: size undefined/],
    ["a size that does not fit in 31 bits", '{"op":"a","id":1,"size":2147483648}', /line 1: size 2147483648/],
    ["a line that is no JSON", '{"op":"m"}\nx', /line 2 is no JSON/],
    ["a line that is no object", "null", /line 1 is no JSON object/],
  ])("refuses %s, naming the line", (_, text, message) => {
    expect(() => parseTrace(text)).toThrow(message);
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
