import { expect, test } from "vitest";
import type { Component } from "./component.ts";
import { makeComponent } from "./component.ts";
import { GAP_INSTANCES } from "./gap-instances.fixture.ts";
import { Orders } from "./orders.ts";
import { readProblem } from "./problem.ts";
import type { PlanProblem } from "./problem.ts";
import { Random } from "./random.ts";
import { RandomProblems } from "./random-problems.fixture.ts";
import { ExactSearch } from "./search.ts";
import { validate } from "./validate.ts";

/** All of a problem as one component, not peeled and not split, sizes as they are. */
function whole(problem: PlanProblem): Component {
  const { lower, upper, count } = readProblem(problem);
  const size = Float64Array.from(problem.buffers, (buffer) => buffer.size);
  const members = Int32Array.from({ length: count }, (_, index) => index);
  return makeComponent({ count, lower, upper, size, unit: 1 }, members, 0);
}

function ranksOf(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  for (const [place, buffer] of order.entries()) rank[buffer] = place;
  return rank;
}

/** Without the look-ahead and with it. */
const LOOK_AHEADS = [
  null,
  { stepWeight: 0, slackWeight: 0 },
  { stepWeight: 1, slackWeight: 16 },
  { stepWeight: 3, slackWeight: 4 },
];
const LOOK_AHEAD = LOOK_AHEADS[2]!;

test("a plan without a gap, cut at random from a rectangle, is found in any order and never refuted", () => {
  const random = new RandomProblems(3);
  const orders = new Random(3);
  for (let tested = 0; tested < 400; tested++) {
    const { problem, height } = random.planted(random.between(8, 36));
    const component = whole(problem);
    const search = new ExactSearch(component);
    for (const lookAhead of LOOK_AHEADS) {
      search.start(height, { rank: ranksOf(new Orders(component).atRandom(orders)), lookAhead });
      expect(search.step(20_000, Infinity)).toBe("found");
      expect(validate(problem, search.offsets, height)).toEqual([]);
      search.start(height - 1, { rank: ranksOf(new Orders(component).atRandom(orders)), lookAhead });
      expect(search.step(20_000, Infinity)).toBe("refuted");
    }
  }
});

test("problems with a gap are solved at their least height and refuted below it, in any order", () => {
  const orders = new Random(4);
  for (const { problem, leastHeight } of GAP_INSTANCES) {
    const component = whole(problem);
    const search = new ExactSearch(component);
    for (const lookAhead of LOOK_AHEADS) {
      const rank = ranksOf(new Orders(component).atRandom(orders));
      search.start(leastHeight, { rank, lookAhead });
      expect(search.step(20_000, Infinity)).toBe("found");
      expect(validate(problem, search.offsets, leastHeight)).toEqual([]);
      search.start(leastHeight - 1, { rank, lookAhead });
      expect(search.step(20_000, Infinity)).toBe("refuted");
    }
  }
});

test("a search that is cut into slices comes to the same plan after the same decisions", () => {
  const { problem, height } = new RandomProblems(5).planted(30);
  const component = whole(problem);
  const rank = ranksOf(new Orders(component).byKeys(["A"]));
  const once = new ExactSearch(component);
  once.start(height, { rank, lookAhead: LOOK_AHEAD });
  expect(once.step(20_000, Infinity)).toBe("found");

  const sliced = new ExactSearch(component);
  sliced.start(height, { rank, lookAhead: LOOK_AHEAD });
  let slices = 1;
  while (sliced.step(20_000, 1) === "open") slices++;
  expect(slices).toBeGreaterThan(20);
  expect(sliced.nodes).toBe(once.nodes);
  expect([...sliced.offsets]).toEqual([...once.offsets]);
});

test("a search that has made its decisions is open, and can be started again", () => {
  const { problem, height } = new RandomProblems(6).planted(30);
  const component = whole(problem);
  const rank = ranksOf(new Orders(component).byKeys(["A"]));
  const search = new ExactSearch(component);
  search.start(height, { rank, lookAhead: LOOK_AHEAD });
  expect(search.step(5, Infinity)).toBe("open");
  expect(search.nodes).toBe(5);
  expect(search.isOver(5)).toBe(true);
  search.start(height, { rank, lookAhead: LOOK_AHEAD });
  expect(search.step(20_000, Infinity)).toBe("found");
});
