import { describe, expect, test } from "vitest";
import { largestTotal, leastHeight } from "./brute-force.fixture.ts";
import { GAP_INSTANCES } from "./gap-instances.fixture.ts";
import { planSync } from "./plan.ts";
import type { PlanProblem } from "./problem.ts";
import { RandomProblems } from "./random-problems.fixture.ts";
import { validate } from "./validate.ts";

/** Enough for every problem here to be decided; the tests say so. */
const LIMITS = { maxNodes: 20_000, timeoutMs: Infinity };

function expectLeast(problem: PlanProblem, least: number): void {
  const lowest = planSync(problem, LIMITS);
  expect(validate(problem, lowest.offsets, lowest.height)).toEqual([]);
  expect(lowest).toMatchObject({ height: least, lowerBound: least, optimal: true, ended: "done" });
  const fitting = planSync(problem, { ...LIMITS, capacity: least });
  expect(validate(problem, fitting.offsets, least)).toEqual([]);
  expect(fitting).toMatchObject({ fits: true, infeasible: false });
  if (least === 0) return;
  expect(planSync(problem, { ...LIMITS, capacity: least - 1 })).toMatchObject({ fits: false, infeasible: true });
}

describe("against brute force", () => {
  test("the least height of 3,000 tight problems of up to 11 buffers is found and proved", () => {
    const random = new RandomProblems(1);
    for (let tested = 0; tested < 3000;) {
      const drawn = random.tight(11);
      if (drawn === undefined) continue;
      expect(largestTotal(drawn.problem)).toBe(drawn.total);
      expectLeast(drawn.problem, leastHeight(drawn.problem));
      tested++;
    }
  });

  test("the least height of 500 loose problems of up to 8 buffers is found and proved", () => {
    const random = new RandomProblems(2);
    for (let tested = 0; tested < 500; tested++) {
      const problem = random.loose(random.between(1, 8), 8, 12);
      expectLeast(problem, leastHeight(problem));
    }
  });
});

describe("problems whose least height is above every total", () => {
  test.each(GAP_INSTANCES.map((instance, index) => ({ name: index + 1, ...instance })))(
    "number $name: $leastHeight over $largestTotal",
    ({ problem, largestTotal: total, leastHeight: least }) => {
      expect(largestTotal(problem)).toBe(total);
      expect(least).toBeGreaterThan(total);
      expectLeast(problem, least);
    },
  );

  test("brute force says the same of some of them", () => {
    for (const { problem, leastHeight: least } of GAP_INSTANCES.slice(0, 5)) expect(leastHeight(problem)).toBe(least);
  });
});
