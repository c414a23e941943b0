import { expect, test } from "vitest";
import { Random } from "../support/random.ts";
import { runHeapProgram } from "./heap-program.ts";
import { runPlannedProgram } from "./planned-program.ts";

test("thirty random programs over the heap, and thirty over the planned allocator, break no rule", () => {
  for (let seed = 0; seed < 30; seed++) {
    expect(runHeapProgram(new Random(seed))).toBeGreaterThan(0);
    expect(runPlannedProgram(new Random(seed))).toBeGreaterThan(0);
  }
});
