import { expect, test } from "vitest";
import { makeComponent } from "./component.ts";
import { Portfolio } from "./portfolio.ts";
import type { Run } from "./portfolio.ts";
import { readProblem } from "./problem.ts";
import { Random } from "./random.ts";
import { RandomProblems } from "./random-problems.fixture.ts";

function firstRuns(seed: number, count: number): Run[] {
  const instance = readProblem(new RandomProblems(41).planted(20).problem);
  const members = Int32Array.from({ length: instance.count }, (_, index) => index);
  const runs = new Portfolio(makeComponent(instance, members, 0), new Random(seed)).all();
  return Array.from({ length: count }, () => runs.next().value);
}

test("every order has each place once", () => {
  for (const { preference } of firstRuns(1, 60)) {
    expect([...preference.rank].sort((a, b) => a - b)).toEqual([...preference.rank.keys()]);
  }
});

test("fixed runs come first in each round, four times as long in the next; of random ones, each length gets the same time", () => {
  const nodes = firstRuns(1, 52).map((run) => run.nodes / 200);
  const lengths = [...fives(4), 16, ...fives(3)];
  expect(nodes).toEqual([...eight(1), ...lengths.slice(0, 16), ...eight(4), ...lengths.slice(16)]);
});

test("the same seed gives the same runs, another seed others, but for the fixed ones", () => {
  expect(firstRuns(5, 20)).toEqual(firstRuns(5, 20));
  expect(firstRuns(6, 8)).toEqual(firstRuns(5, 8));
  expect(firstRuns(6, 9)[8]).not.toEqual(firstRuns(5, 9)[8]);
});

function eight(value: number): number[] {
  return Array.from({ length: 8 }, () => value);
}

/** So many times four short runs and one of four times the length. */
function fives(times: number): number[] {
  return Array.from({ length: times }, () => [1, 1, 1, 1, 4]).flat();
}
