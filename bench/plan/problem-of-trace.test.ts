import { expect, test } from "vitest";
import { layOutTrace } from "../lib/trace.ts";
import { problemOfTrace } from "./problem-of-trace.ts";

test("a block lives from the event of its allocation to that of its free, in whole granules", () => {
  const trace = layOutTrace([
    { op: "a", id: 1, size: 1, t: 0 },
    { op: "a", id: 2, size: 64, t: 1 },
    { op: "f", id: 1, t: 2 },
    { op: "a", id: 3, size: 65, t: 3 },
    { op: "f", id: 2, t: 4 },
  ]);
  expect(problemOfTrace(trace)).toEqual({
    buffers: [
      { id: 0, lower: 0, upper: 2, size: 64 },
      { id: 1, lower: 1, upper: 4, size: 64 },
      { id: 3, lower: 3, upper: 5, size: 128 },
    ],
  });
});
