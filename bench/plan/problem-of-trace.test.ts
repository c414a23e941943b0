import { expect, test } from "vitest";
import { parseTrace } from "../lib/trace.ts";
import { problemOfTrace } from "./problem-of-trace.ts";

test("a block lives from the event of its allocation to that of its free, in whole granules", () => {
  const trace = parseTrace(
    [
      '{"op":"a","id":1,"size":1}',
      '{"op":"a","id":2,"size":64}',
      '{"op":"f","id":1}',
      '{"op":"a","id":3,"size":65}',
      '{"op":"f","id":2}',
    ].join("\n"),
  );
  expect(problemOfTrace(trace)).toEqual({
    buffers: [
      { id: 0, lower: 0, upper: 2, size: 64 },
      { id: 1, lower: 1, upper: 4, size: 64 },
      { id: 3, lower: 3, upper: 5, size: 128 },
    ],
  });
});
