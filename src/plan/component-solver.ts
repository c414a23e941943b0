import type { Component } from "./component.ts";
import { Greedy } from "./greedy.ts";
import { Orders } from "./orders.ts";
import type { Key } from "./orders.ts";
import { Portfolio } from "./portfolio.ts";
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
const SLICE = 200_000;

/** From so many pairs of buffers that live at once on, the first order takes so long that there is to be a plan before. */
const CROWDED = 500_000;

const GREEDY_ORDERS: readonly (readonly Key[])[] = [["T", "A"], ["Z"], ["T", "Z"], ["T", "W"]];

/** Runs at the goal, then at each cap above it, in the first round; each round has twice as many. */
const RUNS_AT_GOAL = 16;
const RUNS_AT_CAP = 10;
/** Runs at each cap before all that. */
const EASY_RUNS = 2;

/** A run at a cap, or `undefined` for the next one at the goal. */
type Step = { readonly run: Run; readonly cap: number } | undefined;

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

  #portfolio: Portfolio | undefined;
  /** Runs for the goal: never begun anew. */
  #goalRuns: Iterator<Run, never> | undefined;
  /** Goes round for `lower`: a step of it is a run. */
  #lowering: Iterator<Step, never> | undefined;
  #goal = 0;

  constructor(component: Component, random: Random, budget: NodeBudget) {
    this.component = component;
    this.offsets = new Float64Array(component.count);
    this.bound = component.bound;
    this.#random = random;
    this.#budget = budget;
    this.#greedy = new Greedy(component);
  }

  /** Makes a first plan: of the first order, or a quick one where that takes its time. */
  *begin(): Generator<void, void> {
    if (this.#greedy.pairs < CROWDED) {
      yield* this.greedy();
      return;
    }
    yield* this.#greedy.placeByTime();
    this.#keep(this.#greedy.offsets);
  }

  /** Tries the next order of the greedy planner. @returns false when there was none left */
  *greedy(): Generator<void, boolean> {
    const keys = GREEDY_ORDERS[this.#nextGreedy++];
    if (keys === undefined) return false;
    const orders = this.#getOrders();
    yield;
    const order = orders.byKeys(keys);
    yield;
    yield* this.#placeGreedily(order);
    return true;
  }

  /** One run towards a plan no higher than `cap`: it is found, or refuted (`bound` is above `cap` then), or neither. */
  *reach(cap: number): Generator<void, void> {
    if (this.component.count > MAX_EXACT) {
      this.#budget.used += this.component.count;
      yield* this.#placeGreedily(this.#getOrders().atRandom(this.#random));
      return;
    }
    this.#goalRuns ??= this.#getPortfolio().all();
    yield* this.#run(this.#goalRuns.next().value, cap);
  }

  /** One run towards a lower plan. `goal` is the lowest that would be of use. */
  *lower(goal: number): Generator<void, void> {
    this.#goal = goal;
    this.#lowering ??= this.#roundAndRound();
    const step = this.component.count > MAX_EXACT ? undefined : this.#lowering.next().value;
    if (step === undefined) yield* this.reach(goal);
    else yield* this.#run(step.run, step.cap);
  }

  /**
   * What `lower` tries. First, for a good plan soon: caps farther and farther above the goal, until one is easy (loose caps
   * are harder than close ones, at which the rules have more to say), then half the way back for as long as that is easy.
   * Then round and round, each longer than the one before: `undefined`, a run at the goal, some times; then runs half way
   * between the highest cap that was missed and the best plan, until nothing is between them.
   */
  *#roundAndRound(): Generator<Step, never> {
    for (let share = 1 / 16; this.#capAt(share) < this.height; share *= 2) {
      if (yield* this.#tryCap(this.#capAt(share), EASY_RUNS, 1)) break;
    }
    while (this.height - this.#goal > 1) {
      if (!(yield* this.#tryCap(Math.floor((this.#goal + this.height) / 2), EASY_RUNS, 1))) break;
    }
    for (let length = 1; ; length *= 2) {
      for (let count = RUNS_AT_GOAL * length; count > 0; count--) yield undefined;
      for (let missed = this.#goal; this.height - Math.max(missed, this.#goal) > 1;) {
        const cap = Math.floor((Math.max(missed, this.#goal) + this.height) / 2);
        if (!(yield* this.#tryCap(cap, RUNS_AT_CAP * length, length))) missed = cap;
      }
    }
  }

  #capAt(share: number): number {
    return Math.floor(this.#goal * (1 + share));
  }

  /** Some runs at a cap. @returns whether there is a lower plan than before */
  *#tryCap(cap: number, runs: number, length: number): Generator<Step, boolean> {
    const before = this.height;
    for (const run of this.#getPortfolio().few(runs, length)) {
      yield { run, cap };
      if (this.height < before) return true;
      if (this.bound > cap) return false;
    }
    return false;
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

  #getPortfolio(): Portfolio {
    return (this.#portfolio ??= new Portfolio(this.component, this.#random));
  }

  #getOrders(): Orders {
    return (this.#orders ??= new Orders(this.component));
  }
}
