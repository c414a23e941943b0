import type { BlockTable } from "../model/report-model.ts";

/** Bytes alive after each event, and where between two events most are. */
export class LiveIndex {
  readonly live: Float64Array;
  readonly count: Int32Array;
  /** A tree over the events: each node holds the event below it with the most bytes, the first of equals. */
  readonly #most: Int32Array;
  readonly #leaves: number;

  constructor(blocks: BlockTable, events: number) {
    const live = new Float64Array(events);
    const count = new Int32Array(events);
    for (let block = 0; block < blocks.count; block++) {
      live[blocks.from[block]!]! += blocks.size[block]!;
      count[blocks.from[block]!]!++;
      const end = blocks.to[block]!;
      if (end >= events) continue;
      live[end]! -= blocks.size[block]!;
      count[end]!--;
    }
    for (let event = 1; event < events; event++) {
      live[event]! += live[event - 1]!;
      count[event]! += count[event - 1]!;
    }
    this.live = live;
    this.count = count;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(events, 1)));
    const most = new Int32Array(2 * this.#leaves).fill(-1);
    for (let event = 0; event < events; event++) most[this.#leaves + event] = event;
    for (let node = this.#leaves - 1; node > 0; node--) {
      const left = most[2 * node]!;
      const right = most[2 * node + 1]!;
      most[node] = right < 0 || live[left]! >= live[right]! ? left : right;
    }
    this.#most = most;
  }

  /** The event from `from` up to and including `last` after which most bytes are alive. */
  mostBetween(from: number, last: number): number {
    let best = from;
    let low = from + this.#leaves;
    let high = last + this.#leaves + 1;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low % 2 === 1) best = this.#better(best, this.#most[low++]!);
      if (high % 2 === 1) best = this.#better(best, this.#most[--high]!);
    }
    return best;
  }

  #better(a: number, b: number): number {
    const difference = this.live[b]! - this.live[a]!;
    return difference > 0 || (difference === 0 && b < a) ? b : a;
  }
}
