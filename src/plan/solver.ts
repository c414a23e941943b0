import { makeComponent } from "./component.ts";
import { ComponentSolver } from "./component-solver.ts";
import type { NodeBudget } from "./component-solver.ts";
import { peelAndSplit } from "./parts.ts";
import type { Instance } from "./problem.ts";
import { Random } from "./random.ts";
import { cutSections, sectionTotals } from "./sections.ts";

/** Plans a whole instance, all in units. `run` is the work; whoever drives it may stop whenever `hasPlan`. */
export class Solver {
  /** Every buffer has an offset. */
  hasPlan = false;
  /** No plan is lower. */
  bound = 0;
  readonly #instance: Instance;
  readonly #cap: number;
  readonly #random: Random;
  readonly #budget: NodeBudget;
  #components: ComponentSolver[] = [];
  /** Offsets of what was peeled off. */
  #offsets: Float64Array;
  #peeledHeight = 0;

  /** @param cap the height to reach; `Infinity` to make it as low as can be */
  constructor(instance: Instance, cap: number, seed: number, maxNodes: number) {
    this.#instance = instance;
    this.#cap = cap;
    this.#random = new Random(seed);
    this.#budget = { used: 0, limit: maxNodes };
    this.#offsets = new Float64Array(instance.count);
  }

  /** Decisions of the exact search so far. */
  get nodes(): number {
    return this.#budget.used;
  }

  /** In units, for each buffer of the instance, when `hasPlan`. */
  get offsets(): Float64Array {
    const offsets = this.#offsets.slice();
    for (const { component, offsets: own } of this.#components) {
      for (let index = 0; index < component.count; index++) {
        offsets[component.members[index]!] = component.base + own[index]!;
      }
    }
    return offsets;
  }

  /** Of the plan so far. */
  get height(): number {
    let height = this.#peeledHeight;
    for (const { component, height: own } of this.#components) height = Math.max(height, component.base + own);
    return height;
  }

  /**
   * Yields between steps of a few milliseconds.
   *
   * @returns true when it is done: at the cap or the bound, or the cap is proved to be too low; false when the budget ended
   */
  *run(): Generator<void, boolean> {
    yield* this.#divide();
    yield* this.#planGreedily();
    while (!this.#isDone()) {
      if (this.#budget.used >= this.#budget.limit) return false;
      if (this.#cap === Infinity) yield* this.#lowerHighest();
      else yield* this.#reachCap();
      yield;
    }
    return true;
  }

  *#divide(): Generator<void, void> {
    const instance = this.#instance;
    const sections = cutSections(instance.lower, instance.upper);
    yield;
    const totals = sectionTotals(sections, instance.size);
    this.bound = totals.reduce((most, total) => Math.max(most, total), 0);
    yield;
    const { parts, offsets } = yield* peelAndSplit(instance);
    this.#offsets = offsets;
    for (let index = 0; index < instance.count; index++) {
      this.#peeledHeight = Math.max(this.#peeledHeight, offsets[index]! + instance.size[index]!);
    }
    for (const { members, base } of parts) {
      const component = makeComponent(instance, members, base);
      yield;
      this.#components.push(new ComponentSolver(component, this.#random, this.#budget));
      yield;
    }
  }

  /** A first plan for every component, so that there is one soon; then the other orders, where they are needed. */
  *#planGreedily(): Generator<void, void> {
    for (const solver of this.#components) yield* solver.begin();
    this.hasPlan = true;
    const goal = this.#goal;
    for (const solver of this.#components) {
      while (solver.component.base + solver.height > goal && (yield* solver.greedy())) yield;
    }
  }

  /** The height that is as good as any lower one. */
  get #goal(): number {
    return this.#cap === Infinity ? this.bound : Math.max(this.#cap, this.bound);
  }

  #isDone(): boolean {
    return this.bound > this.#cap || this.height <= this.#goal;
  }

  *#reachCap(): Generator<void, void> {
    for (const solver of this.#components) {
      const cap = this.#cap - solver.component.base;
      if (solver.height <= cap) continue;
      yield* solver.reach(cap);
      this.#raiseBound(solver);
      if (this.#isDone() || this.#budget.used >= this.#budget.limit) return;
    }
  }

  *#lowerHighest(): Generator<void, void> {
    const { height } = this;
    const highest = this.#components.find((solver) => solver.component.base + solver.height === height);
    if (highest === undefined) return;
    yield* highest.lower(Math.max(this.bound - highest.component.base, highest.bound));
    this.#raiseBound(highest);
  }

  #raiseBound(solver: ComponentSolver): void {
    this.bound = Math.max(this.bound, solver.component.base + solver.bound);
  }
}
