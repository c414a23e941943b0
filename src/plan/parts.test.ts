import { expect, test } from "vitest";
import { leastHeight } from "./brute-force.fixture.ts";
import { peelAndSplit } from "./parts.ts";
import type { Parts } from "./parts.ts";
import { readProblem } from "./problem.ts";
import type { PlanProblem } from "./problem.ts";
import { RandomProblems } from "./random-problems.fixture.ts";

/** Runs it, sizes as they are. */
function divide(problem: PlanProblem): Parts {
  const instance = readProblem(problem);
  const size = Float64Array.from(problem.buffers, (buffer) => buffer.size);
  const steps = peelAndSplit({ ...instance, size, unit: 1 });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const problemOf = (...list: [lower: number, upper: number, size: number][]): PlanProblem => ({
  buffers: list.map(([lower, upper, size], id) => ({ id, lower, upper, size })),
});

test("a buffer that lives with all others goes to the bottom, and the rest splits where nothing lives across", () => {
  const { parts, offsets } = divide(
    problemOf(
      [0, 20, 5],
      [0, 4, 1],
      [2, 6, 1],
      [5, 9, 1],
      [8, 10, 1],
      [10, 14, 1],
      [12, 16, 1],
      [15, 18, 1],
      [17, 20, 1],
    ),
  );
  expect(offsets[0]).toBe(0);
  expect(parts.map(({ base, members }) => [base, [...members]])).toEqual([
    [5, [1, 2, 3, 4]],
    [5, [5, 6, 7, 8]],
  ]);
});

test("nested lifetimes are peeled to nothing", () => {
  const { parts, offsets } = divide(problemOf([2, 3, 8], [0, 5, 1], [1, 4, 2]));
  expect(parts).toEqual([]);
  expect([...offsets]).toEqual([3, 0, 1]);
});

test("lifetimes nested deeper than it peels are left as a part", () => {
  const { parts } = divide(
    problemOf(...Array.from({ length: 1000 }, (_, depth): [number, number, number] => [depth, 2000 - depth, 1])),
  );
  expect(parts.length).toBeLessThanOrEqual(1);
});

test("empty buffers are in no part", () => {
  const { parts, offsets } = divide(problemOf([0, 2, 0], [1, 3, 0]));
  expect(parts).toEqual([]);
  expect([...offsets]).toEqual([0, 0]);
});

test("neither costs height: the parts, each as low as can be, are as low as the whole", () => {
  const random = new RandomProblems(22);
  for (let tested = 0; tested < 300; tested++) {
    const problem = random.loose(random.between(1, 8), 5, 9);
    const { parts, offsets } = divide(problem);
    const inParts = new Set(parts.flatMap(({ members }) => [...members]));
    const heights = problem.buffers.map(({ size }, index) => (inParts.has(index) ? 0 : offsets[index]! + size));
    for (const { base, members } of parts) {
      heights.push(base + leastHeight({ buffers: Array.from(members, (index) => problem.buffers[index]!) }));
    }
    expect(Math.max(0, ...heights)).toBe(leastHeight(problem));
  }
});
