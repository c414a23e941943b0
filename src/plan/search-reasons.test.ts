import { expect, test } from "vitest";
import { largestTotal } from "./brute-force.fixture.ts";
import { makeComponent } from "./component.ts";
import { Orders } from "./orders.ts";
import { readProblem } from "./problem.ts";
import type { PlanProblem } from "./problem.ts";
import { Random } from "./random.ts";
import { RandomProblems } from "./random-problems.fixture.ts";
import { ExactSearch } from "./search.ts";
import type { SearchState } from "./search-state.ts";

const MAX_PLANS = 2000;

/** Every plan up to the cap in which no buffer can be put lower while the others stay; `undefined`: too many to look at. */
function settledPlans({ buffers }: PlanProblem, cap: number): number[][] | undefined {
  let looked = 0;
  const plans: number[][] = [];
  const meets = buffers.map((one) => buffers.map((other) => one.lower < other.upper && other.lower < one.upper));
  const isFree = (offsets: readonly number[], index: number, offset: number): boolean =>
    offsets.every(
      (bottom, other) =>
        other === index ||
        !meets[index]![other]! ||
        offset + buffers[index]!.size <= bottom ||
        bottom + buffers[other]!.size <= offset,
    );
  const extend = (offsets: readonly number[]): void => {
    const index = offsets.length;
    if (looked > MAX_PLANS) return;
    if (index === buffers.length) {
      looked++;
      if (offsets.every((end, at) => !range(end).some((offset) => isFree(offsets, at, offset))))
        plans.push([...offsets]);
      return;
    }
    for (const offset of range(cap - buffers[index]!.size + 1)) {
      if (isFree(offsets, index, offset)) extend([...offsets, offset]);
    }
  };
  extend([]);
  return looked > MAX_PLANS ? undefined : plans;
}

const range = (end: number): number[] => Array.from({ length: Math.max(end, 0) }, (_, index) => index);

/** Something that is not so: said of an unplaced buffer, though a settled plan has all decisions that are the reason. */
function findUnsound(state: SearchState, plans: readonly number[][]): string | undefined {
  for (const plan of plans) {
    const holds = (why: number): boolean => {
      for (let depth = 0; depth < state.depth; depth++) {
        const named = (state.reasons[why + (depth >> 5)]! & (1 << (depth & 31))) !== 0;
        if (named && plan[state.placed[depth]!] !== state.offset[state.placed[depth]!]) return false;
      }
      return true;
    };
    for (let buffer = 0; buffer < state.count; buffer++) {
      if (state.depthOf[buffer]! >= 0) continue;
      const offset = plan[buffer]!;
      const lowest = state.lowest[buffer]!;
      const floor = state.floor[buffer]!;
      if (offset < lowest && holds(state.whyLowest[buffer]!))
        return `${buffer} is not below ${lowest}: ${String(plan)}`;
      if (state.rejected[buffer] !== 0 && offset <= floor && holds(state.whyRejected[buffer]!)) {
        return `${buffer} is above ${floor}: ${String(plan)}`;
      }
    }
  }
  return undefined;
}

test("whatever the search knows follows from the decisions that it names as the reason", () => {
  const random = new RandomProblems(51);
  const orders = new Random(51);
  let steps = 0;
  for (let tested = 0; tested < 150;) {
    const problem = random.loose(random.between(5, 10), 4, 4);
    const buffers = problem.buffers.filter(({ size }) => size > 0);
    const cap = largestTotal(problem) + random.between(0, 1);
    const plans = settledPlans({ buffers }, cap);
    if (plans === undefined) continue;
    tested++;
    const { lower, upper, count } = readProblem({ buffers });
    const size = Float64Array.from(buffers, (buffer) => buffer.size);
    const members = Int32Array.from({ length: count }, (_, index) => index);
    const component = makeComponent({ count, lower, upper, size, unit: 1 }, members, 0);
    const search = new ExactSearch(component);
    for (let run = 0; run < 20; run++) {
      const lookAhead = run < 15 ? null : { stepWeight: 1, slackWeight: 16 };
      const rank = new Int32Array(count);
      for (const [place, buffer] of new Orders(component).atRandom(orders).entries()) rank[buffer] = place;
      search.start(cap, { rank, lookAhead });
      let result = search.step(1000, 1);
      for (; result === "open"; result = search.step(1000, 1)) {
        expect(findUnsound(search.state, plans)).toBeUndefined();
        steps++;
      }
      expect(result).toBe(plans.length > 0 ? "found" : "refuted");
    }
  }
  expect(steps).toBeGreaterThan(10_000);
});
