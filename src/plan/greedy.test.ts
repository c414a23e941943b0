import { expect, test } from "vitest";
import { makeComponent } from "./component.ts";
import type { Component } from "./component.ts";
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
    const component = componentOf(problem);
    const greedy = new Greedy(component);
    for (let again = 0; again < 2; again++) {
      const order = new Orders(component).atRandom(orders);
      const height = finish(greedy.place(order, Infinity));
      const expected = firstFit(problem, order);
      expect([...greedy.offsets]).toEqual(expected);
      expect(height).toBe(Math.max(...expected.map((offset, index) => offset + all[index]!.size)));
      expect(finish(greedy.place(order, height + 1))).toBe(height);
      expect(finish(greedy.place(order, height))).toBe(Infinity);
    }
  }
});

test("by time, each is put where first fit does, in the order in which they begin", () => {
  const random = new RandomProblems(32);
  for (let tested = 0; tested < 120; tested++) {
    const buffers = random
      .loose(random.between(1, 120), random.between(2, 60), 40)
      .buffers.filter(({ size }) => size > 0);
    if (buffers.length === 0) continue;
    const component = componentOf({ buffers });
    const order = Int32Array.from(buffers.keys()).sort((a, b) => component.first[a]! - component.first[b]! || a - b);
    const greedy = new Greedy(component);
    const height = finish(greedy.placeByTime());
    const expected = firstFit({ buffers }, order);
    expect([...greedy.offsets]).toEqual(expected);
    expect(height).toBe(Math.max(...expected.map((offset, index) => offset + buffers[index]!.size)));
  }
});

test("counts the pairs that live at once, each buffer with itself too", () => {
  const lifetimes = [
    [0, 3],
    [1, 5],
    [2, 4],
    [4, 6],
  ];
  const buffers = lifetimes.map(([lower, upper], id) => ({ id, lower: lower!, upper: upper!, size: 1 }));
  // 4 with themselves; 0–1, 0–2, 1–2, 1–3. Buffers that begin in the same section count for each other.
  expect(new Greedy(componentOf({ buffers })).pairs).toBeGreaterThanOrEqual(8);
  expect(new Greedy(componentOf({ buffers: buffers.slice(0, 1) })).pairs).toBe(1);
});

function componentOf(problem: PlanProblem): Component {
  const { lower, upper, count } = readProblem(problem);
  const size = Float64Array.from(problem.buffers, (buffer) => buffer.size);
  const members = Int32Array.from({ length: count }, (_, index) => index);
  return makeComponent({ count, lower, upper, size, unit: 1 }, members, 0);
}
