import type { Component } from "./component.ts";
import type { Random } from "./random.ts";

/**
 * What buffers are sorted by, largest first: `T` the largest section total in the lifetime, `A` size times duration, `Z`
 * size, `W` duration, `N` number of sections, `M` size times number of sections.
 */
export type Key = "T" | "A" | "Z" | "W" | "N" | "M";

/** Sorts the buffers of one component for the greedy planner and for the search. */
export class Orders {
  readonly #count: number;
  readonly #keys: Readonly<Record<Key, Float64Array>>;

  constructor(component: Component) {
    const { count, size, duration, first, end, totals } = component;
    const peak = rangeMaximum(totals);
    const sections = Float64Array.from(end, (value, index) => value - first[index]!);
    this.#count = count;
    this.#keys = {
      T: Float64Array.from(first, (from, index) => peak(from, end[index]!)),
      A: size.map((value, index) => value * duration[index]!),
      Z: size,
      W: duration,
      N: sections,
      M: size.map((value, index) => value * sections[index]!),
    };
  }

  /** Buffers by the first key, ties by the second and so on. */
  byKeys(keys: readonly Key[]): Int32Array {
    const columns = keys.map((key) => this.#keys[key]);
    return this.#indices().sort((a, b) => {
      for (const column of columns) {
        const difference = column[b]! - column[a]!;
        if (difference !== 0) return difference;
      }
      return a - b;
    });
  }

  /**
   * Buffers by a product of powers of duration, size and peak, with noise; exponents and noise drawn anew each time. One time
   * in three, nearly by size times duration: what plans the hardest instances are, an order of magnitude more often.
   */
  atRandom(random: Random): Int32Array {
    const { W, Z, T } = this.#keys;
    const byArea = random.next() < 1 / 3;
    const ofSize = byArea ? 1 : random.next() * 1.5;
    const ofDuration = byArea ? 0.95 + random.next() * 0.2 : random.next() * 1.5;
    const ofPeak = random.next() < (byArea ? 0.75 : 0.5) ? 0 : random.next() * (byArea ? 3 : 20);
    const noise = byArea || random.next() < 0.3 ? 0 : random.next() * 2.4;
    const score = new Float64Array(this.#count);
    for (let index = 0; index < this.#count; index++) {
      score[index] =
        ofDuration * Math.log(W[index]!) +
        ofSize * Math.log(Z[index]!) +
        ofPeak * Math.log(T[index]!) +
        noise * (random.next() - 0.5);
    }
    return this.#indices().sort((a, b) => score[b]! - score[a]! || a - b);
  }

  #indices(): Int32Array {
    return Int32Array.from({ length: this.#count }, (_, index) => index);
  }
}

/** The largest of `values[from]` to `values[to - 1]`, for any such range, from maxima over all powers of two. */
function rangeMaximum(values: Float64Array): (from: number, to: number) => number {
  const levels = [values];
  for (let width = 1; 2 * width <= values.length; width *= 2) {
    const narrow = levels[levels.length - 1]!;
    levels.push(
      Float64Array.from({ length: values.length - 2 * width + 1 }, (_, index) =>
        Math.max(narrow[index]!, narrow[index + width]!),
      ),
    );
  }
  return (from, to) => {
    const level = 31 - Math.clz32(to - from);
    return Math.max(levels[level]![from]!, levels[level]![to - 2 ** level]!);
  };
}
