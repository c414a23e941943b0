import type { Component } from "./component.ts";
import { Holes } from "./holes.ts";

/** More neighbours than this are sorted by the runtime's own sort, fewer by insertion. */
const FEW = 24;

/**
 * First fit: each buffer, in a given order, goes into the lowest hole between the placed ones it lives with.
 *
 * The placed ones are found through a tree over the buffers by first section that holds the largest end of the placed
 * ones below each node. Holes are found from bottoms and tops sorted apart: the i lowest tops all lie at or below the
 * bottom number i (from 0) exactly when the buffers before it are over before it begins.
 */
export class Greedy {
  readonly offsets: Float64Array;
  readonly #component: Component;
  readonly #leaves: number;
  /** Where each buffer stands among all by first section. */
  readonly #position: Int32Array;
  readonly #atPosition: Int32Array;
  /** For each section the buffers that begin before it. */
  readonly #begunBefore: Int32Array;
  readonly #latestEnd: Int32Array;
  readonly #stack: Int32Array = new Int32Array(64);
  readonly #bottoms: Float64Array;
  readonly #tops: Float64Array;

  constructor(component: Component) {
    const { count, sections, first } = component;
    this.#component = component;
    this.offsets = new Float64Array(count);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(count, 1)));
    this.#begunBefore = new Int32Array(sections + 2);
    for (const section of first) this.#begunBefore[section + 1]!++;
    for (let section = 1; section < sections + 2; section++) {
      this.#begunBefore[section]! += this.#begunBefore[section - 1]!;
    }
    const next = this.#begunBefore.slice();
    this.#position = Int32Array.from(first, (section) => next[section]!++);
    this.#atPosition = new Int32Array(count);
    for (let index = 0; index < count; index++) this.#atPosition[this.#position[index]!] = index;
    this.#latestEnd = new Int32Array(2 * this.#leaves);
    this.#bottoms = new Float64Array(count);
    this.#tops = new Float64Array(count);
  }

  /** How many pairs of buffers live at once, at least about: what `place` takes its time for. */
  get pairs(): number {
    const { first, end } = this.#component;
    return end.reduce((sum, to, index) => sum + this.#begunBefore[to]! - this.#begunBefore[first[index]!]!, 0);
  }

  /**
   * Places every buffer in the order of time, as an allocator would that cannot look ahead: only those that live when it
   * begins are in its way. Seldom a good plan, but soon a plan.
   *
   * Yields between steps of bounded work.
   *
   * @returns the height
   */
  *placeByTime(): Generator<void, number> {
    const { size, first, end, count } = this.#component;
    const { offsets } = this;
    const holes = new Holes(count);
    const byEnd = Int32Array.from({ length: count }, (_, index) => index).sort((a, b) => end[a]! - end[b]!);
    let ended = 0;
    let height = 0;
    let work = 0;
    for (const buffer of this.#atPosition) {
      for (; end[byEnd[ended]!]! <= first[buffer]!; ended++)
        holes.release(offsets[byEnd[ended]!]!, size[byEnd[ended]!]!);
      const offset = holes.take(size[buffer]!);
      offsets[buffer] = offset;
      height = Math.max(height, offset + size[buffer]!);
      work += 16 + holes.count;
      if (work > 1_000_000) {
        work = 0;
        yield;
      }
    }
    return height;
  }

  /**
   * Places every buffer. Gives up as soon as one does not end below `limit`.
   *
   * Yields between steps of bounded work.
   *
   * @returns the height, or `Infinity` when it gave up
   */
  *place(order: Int32Array, limit: number): Generator<void, number> {
    const { size, end } = this.#component;
    this.#latestEnd.fill(0);
    let height = 0;
    let work = 0;
    for (const buffer of order) {
      const neighbours = this.#findNeighbours(buffer);
      const offset = this.#lowestHole(neighbours, size[buffer]!);
      height = Math.max(height, offset + size[buffer]!);
      if (height >= limit) return Infinity;
      this.offsets[buffer] = offset;
      for (let node = this.#leaves + this.#position[buffer]!; node > 0; node >>= 1) {
        this.#latestEnd[node] = Math.max(this.#latestEnd[node]!, end[buffer]!);
      }
      work += 16 + neighbours;
      if (work > 20_000) {
        work = 0;
        yield;
      }
    }
    return height;
  }

  /** Puts offsets and ends of the placed buffers that live with this one in `#bottoms` and `#tops`. @returns how many */
  #findNeighbours(buffer: number): number {
    const { size, first, end } = this.#component;
    const offsets = this.offsets;
    const latestEnd = this.#latestEnd;
    const stack = this.#stack;
    const leaves = this.#leaves;
    const bottoms = this.#bottoms;
    const tops = this.#tops;
    const from = first[buffer]!;
    const begun = this.#begunBefore[end[buffer]!]!;
    let found = 0;
    let depth = 0;
    stack[depth++] = 1;
    while (depth > 0) {
      const node = stack[--depth]!;
      if (latestEnd[node]! <= from) continue;
      if (node >= leaves) {
        const other = this.#atPosition[node - leaves]!;
        bottoms[found] = offsets[other]!;
        tops[found++] = offsets[other]! + size[other]!;
        continue;
      }
      const right = 2 * node + 1;
      // The first position below the right child: buffers from `begun` on begin when this one has ended.
      const level = Math.clz32(right) - Math.clz32(leaves);
      if ((right << level) - leaves < begun) stack[depth++] = right;
      stack[depth++] = right - 1;
    }
    return found;
  }

  #lowestHole(neighbours: number, size: number): number {
    const bottoms = this.#bottoms;
    const tops = this.#tops;
    sort(bottoms, neighbours);
    sort(tops, neighbours);
    let offset = 0;
    for (let at = 0; at < neighbours; at++) {
      if (bottoms[at]! - offset >= size) return offset;
      offset = tops[at]!;
    }
    return offset;
  }
}

function sort(values: Float64Array, count: number): void {
  if (count > FEW) {
    values.subarray(0, count).sort();
    return;
  }
  for (let at = 1; at < count; at++) {
    const value = values[at]!;
    let to = at;
    for (; to > 0 && values[to - 1]! > value; to--) values[to] = values[to - 1]!;
    values[to] = value;
  }
}
