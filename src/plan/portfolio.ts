import type { Component } from "./component.ts";
import { Orders } from "./orders.ts";
import type { Key } from "./orders.ts";
import type { Random } from "./random.ts";
import type { Preference } from "./search-state.ts";

/** One run of the search: what it prefers, and how long it may take. */
export interface Run {
  readonly preference: Preference;
  /** Decisions after which it is given up. */
  readonly nodes: number;
}

/** What solved most of the public instances in the fewest decisions, first. */
const FIXED: readonly (readonly [keys: readonly Key[], lookAhead: Preference["lookAhead"]])[] = [
  [["T", "W", "A"], null],
  [["A"], { stepWeight: 1, slackWeight: 16 }],
  [["T", "A", "W"], { stepWeight: 1, slackWeight: 16 }],
  [["M"], { stepWeight: 1, slackWeight: 16 }],
  [["T", "M"], { stepWeight: 1, slackWeight: 16 }],
  [["W", "A", "T"], { stepWeight: 1, slackWeight: 16 }],
  [["Z", "W"], { stepWeight: 1, slackWeight: 16 }],
  [["N", "Z"], { stepWeight: 1, slackWeight: 16 }],
];

/** Makes runs for one component. */
export class Portfolio {
  readonly #orders: Orders;
  readonly #random: Random;
  /** Decisions of a short run. A run either succeeds within a few decisions per buffer or is lost: 2 to 3 pay best. */
  readonly #nodes: number;

  constructor(component: Component, random: Random) {
    this.#orders = new Orders(component);
    this.#random = random;
    this.#nodes = Math.max(200, 3 * component.count);
  }

  /**
   * Runs for one cap, without end: the fixed ones, then random ones of lengths as in Luby's sequence. Each round the fixed
   * ones are 4 times as long, so that what can be refuted is refuted in the end, and 4 times as many random ones follow.
   */
  *all(): Generator<Run, never> {
    let drawn = 0;
    for (let round = 0; ; round++) {
      for (let index = 0; index < FIXED.length; index++) yield this.#fixed(index, 4 ** round);
      for (let count = 16 * 4 ** round; count > 0; count--) yield this.#drawn(restartLength(++drawn));
    }
  }

  /** A few runs for one cap among many: the best fixed ones and random ones, `length` times as long as short ones. */
  *few(count: number, length: number): Generator<Run, void> {
    for (let index = 0; index < count; index++) yield index < 3 ? this.#fixed(index, length) : this.#drawn(length);
  }

  #fixed(index: number, length: number): Run {
    const [keys, lookAhead] = FIXED[index]!;
    return { preference: { rank: ranksOf(this.#orders.byKeys(keys)), lookAhead }, nodes: this.#nodes * length };
  }

  #drawn(length: number): Run {
    const random = this.#random;
    const rank = ranksOf(this.#orders.atRandom(random));
    const stepWeight = random.next() < 0.4 ? 1 : 0.4 + 2.2 * random.next();
    const slackWeight = 4 ** (1 + 2 * random.next());
    return { preference: { rank, lookAhead: { stepWeight, slackWeight } }, nodes: this.#nodes * length };
  }
}

function ranksOf(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) rank[order[place]!] = place;
  return rank;
}

/**
 * 1 1 1 1 4 1 1 1 1 4 1 1 1 1 4 1 1 1 1 4 16 …, from index 1: Luby's sequence with four in place of two. Whatever length is
 * the right one, as many decisions are spent on it as on any other.
 */
function restartLength(index: number): number {
  let at = index;
  for (;;) {
    let period = 1;
    let length = 1;
    for (; 4 * period + 1 <= at; period = 4 * period + 1) length *= 4;
    if (at === period) return length;
    at = ((at - 1) % period) + 1;
  }
}
