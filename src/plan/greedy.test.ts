import { expect, test } from "vitest";
import { makeComponent } from "./component.ts";
import { Greedy } from "./greedy.ts";
import { Orders } from "./orders.ts";
import { readProblem } from "./problem.ts";
import type { PlanProblem } from "./problem.ts";
import { Random } from "./random.ts";
import { RandomProblems } from "./random-problems.fixture.ts";

/** First fit, as it is told: the lowest offset at which nothing is in the way, looked for at every end. */
function firstFit({ buffers }: PlanProblem, order: Int32Array): number[] {
  const offsets = buffers.map(() => -1);
  for (const index of order) {
    const { lower, upper, size } = buffers[index]!;
    const placed = buffers.flatMap((other, at) =>
      offsets[at]! >= 0 && lower < other.upper && other.lower < upper
        ? [{ bottom: offsets[at]!, top: offsets[at]! + other.size }]
        : [],
    );
    const candidates = [0, ...placed.map(({ top }) => top)].sort((a, b) => a - b);
    offsets[index] = candidates.find((offset) =>
      placed.every(({ bottom, top }) => offset + size <= bottom || top <= offset),
    )!;
  }
  return offsets;
}

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test("puts every buffer where first fit does, with few neighbours and with many", () => {
  const random = new RandomProblems(31);
  const orders = new Random(31);
  for (let tested = 0; tested < 120; tested++) {
    const moments = random.between(2, 60);
    const all = random.loose(random.between(1, 120), moments, 40).buffers.filter(({ size }) => size > 0);
    if (all.length === 0) continue;
    const problem = { buffers: all };
    const { lower, upper, count } = readProblem(problem);
    const size = Float64Array.from(all, (buffer) => buffer.size);
    const members = Int32Array.from({ length: count }, (_, index) => index);
    const component = makeComponent({ count, lower, upper, size, unit: 1 }, members, 0);
    const greedy = new Greedy(component);
    for (let again = 0; again < 2; again++) {
      const order = new Orders(component).atRandom(orders);
      const height = finish(greedy.place(order, Infinity));
      const expected = firstFit(problem, order);
      expect([...greedy.offsets]).toEqual(expected);
      expect(height).toBe(Math.max(...expected.map((offset, index) => offset + size[index]!)));
      expect(finish(greedy.place(order, height + 1))).toBe(height);
      expect(finish(greedy.place(order, height))).toBe(Infinity);
    }
  }
});
