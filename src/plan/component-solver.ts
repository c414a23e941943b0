import type { Component } from "./component.ts";
import { Greedy } from "./greedy.ts";
import { Orders } from "./orders.ts";
import type { Key } from "./orders.ts";
import { portfolio } from "./portfolio.ts";
import type { Run } from "./portfolio.ts";
import type { Random } from "./random.ts";
import { ExactSearch } from "./search.ts";

/** Decisions that may still be made, by everybody together. */
export interface NodeBudget {
  used: number;
  readonly limit: number;
}

/** The search takes memory and time that grow with the square of the buffers; larger components are left to greedy. */
const MAX_EXACT = 2000;

/** Elementary steps of the search between two yields: a few milliseconds. */
const SLICE = 400_000;

const GREEDY_ORDERS: readonly (readonly Key[])[] = [["T", "A"], ["Z"], ["T", "Z"], ["T", "W"]];

/** Runs at the goal before lower and lower caps are tried instead, in the first round. */
const RUNS_AT_GOAL = 12;
const RUNS_AT_CAP = 8;

/** Plans one component, better and better: greedy, then runs of the exact search. Heights count from its base. */
export class ComponentSolver {
  readonly component: Component;
  /** Of the best plan so far. */
  height: number = Infinity;
  readonly offsets: Float64Array;
  /** No plan is lower. */
  bound: number;

  readonly #random: Random;
  readonly #budget: NodeBudget;
  readonly #greedy: Greedy;
  #orders: Orders | undefined;
  #search: ExactSearch | undefined;
  #nextGreedy = 0;

  /** Runs for the goal: one portfolio, never begun anew. */
  #goalRuns: Iterator<Run, never> | undefined;
  /** Runs for the cap between `#missed` and `height`: begun anew with each cap. */
  #capRuns: Iterator<Run, never> | undefined;
  #missed = 0;
  #round = 0;
  #runsLeft = RUNS_AT_GOAL;

  constructor(component: Component, random: Random, budget: NodeBudget) {
    this.component = component;
    this.offsets = new Float64Array(component.count);
    this.bound = component.bound;
    this.#random = random;
    this.#budget = budget;
    this.#greedy = new Greedy(component);
  }

  /** Tries the next order of the greedy planner. @returns false when there was none left */
  *greedy(): Generator<void, boolean> {
    const keys = GREEDY_ORDERS[this.#nextGreedy++];
    if (keys === undefined) return false;
    yield* this.#placeGreedily(this.#getOrders().byKeys(keys));
    return true;
  }

  /** One run towards a plan no higher than `cap`: it is found, or refuted (`bound` is above `cap` then), or neither. */
  *reach(cap: number): Generator<void, void> {
    if (this.component.count > MAX_EXACT) {
      this.#budget.used += this.component.count;
      yield* this.#placeGreedily(this.#getOrders().atRandom(this.#random));
      return;
    }
    this.#goalRuns ??= portfolio(this.component, this.#random);
    yield* this.#run(this.#goalRuns.next().value, cap);
  }

  /**
   * One run towards a lower plan: at `goal`, the lowest that would be of use, and, where that fails, half way between the
   * highest cap that was missed and the best plan. Each round is longer than the one before.
   */
  *lower(goal: number): Generator<void, void> {
    if (this.component.count > MAX_EXACT) {
      yield* this.reach(goal);
      return;
    }
    if (this.#runsLeft === 0) this.#nextCap();
    this.#runsLeft--;
    if (this.#capRuns === undefined) {
      this.#missed = goal;
      yield* this.reach(goal);
      return;
    }
    this.#missed = Math.max(this.#missed, goal);
    if (this.height - this.#missed < 2) {
      this.#runsLeft = 0;
      return;
    }
    const before = this.height;
    const cap = Math.floor((this.#missed + this.height) / 2);
    const run = this.#capRuns.next().value;
    yield* this.#run({ ...run, nodes: run.nodes * 2 ** this.#round }, cap);
    if (this.height < before || this.bound > cap) this.#beginCap();
    else if (this.#runsLeft === 0) this.#missed = cap;
  }

  /** A cap was missed as often as it may: goes on to the next, or to the next round, which begins at the goal. */
  #nextCap(): void {
    if (this.#capRuns === undefined || this.height - this.#missed >= 2) {
      this.#beginCap();
      return;
    }
    this.#round++;
    this.#capRuns = undefined;
    this.#runsLeft = RUNS_AT_GOAL * 2 ** this.#round;
  }

  #beginCap(): void {
    this.#capRuns = portfolio(this.component, this.#random);
    this.#runsLeft = RUNS_AT_CAP * 2 ** this.#round;
  }

  *#run(run: Run, cap: number): Generator<void, void> {
    const search = (this.#search ??= new ExactSearch(this.component));
    search.start(cap, run.preference);
    const budget = this.#budget;
    const limit = Math.min(run.nodes, budget.limit - budget.used);
    for (;;) {
      const before = search.nodes;
      const result = search.step(limit, SLICE);
      budget.used += search.nodes - before;
      if (result === "found") this.#keep(search.offsets);
      if (result === "refuted") this.bound = Math.max(this.bound, cap + 1);
      if (result !== "open" || search.isOver(limit)) return;
      yield;
    }
  }

  *#placeGreedily(order: Int32Array): Generator<void, void> {
    const height = yield* this.#greedy.place(order, this.height);
    if (height < this.height) this.#keep(this.#greedy.offsets);
  }

  #keep(offsets: Float64Array): void {
    const { size } = this.component;
    this.offsets.set(offsets);
    this.height = offsets.reduce((height, offset, index) => Math.max(height, offset + size[index]!), 0);
  }

  #getOrders(): Orders {
    return (this.#orders ??= new Orders(this.component));
  }
}
