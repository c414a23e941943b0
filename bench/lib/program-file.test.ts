import { expect, test } from "vitest";
import { randomReplacement } from "../workloads/random-replacement.ts";
import { encodeProgram } from "./program-file.ts";

test("a program file has its version, set-up, pass, events and slots, then a slot and a size for each event", () => {
  const shape = { liveCount: 2, minBytes: 8, maxBytes: 64, seed: 1, steps: 4, stepsPerPass: 2 };
  const program = randomReplacement(shape);
  const words = new Int32Array(encodeProgram(program).buffer);
  expect([...words.subarray(0, 5)]).toEqual([1, 2, 4, 10, 2]);
  const { slots, sizes } = program.events;
  expect([...words.subarray(5)]).toEqual([...slots].flatMap((slot, i) => [slot, sizes[i]]));
});
