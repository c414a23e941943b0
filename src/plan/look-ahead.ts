import type { SearchState } from "./search-state.ts";

// As in search-state.ts: a constant that is imported is a memory access in the inner loops.
const OPEN = 0;

/**
 * Chooses what to place next among buffers that have the same floor, by what the skyline would look like afterwards.
 *
 * The skyline is, for each section, the lowest offset that is left in it. Placing a buffer raises it to the buffer's end,
 * and also in sections outside of it where everything that could lie lower lives together with the buffer, too. Where it
 * rises above what is placed there, memory is *lost*: nothing can lie there any more. And the more *steps* it has, the less
 * of what is left fits on it.
 *
 * A buffer's score is the number of sections that lose something plus `stepWeight` times the number of steps; the
 * lowest wins, ties go by the order. A section with room to spare counts for less: 1 / (1 + `slackWeight` * slack / cap).
 * How many bytes are lost does not matter; counting them, as they are or against the slack, finds fewer plans. On the hard
 * public instances a run with the look-ahead succeeds 3 to 30 times as often as one that goes by the order alone.
 */
export class LookAhead {
  /** `lowest` of each buffer of the list in hand, in the order of the list: highest first. Kept by the search. */
  readonly key: Float64Array;
  /** For each section the lowest and second lowest of the keys of its buffers, or `Infinity`. Kept by the search. */
  readonly least: Float64Array;
  readonly second: Float64Array;
  /** For each section the sizes of what is left in it, added up. Kept by the search. */
  readonly load: Float64Array;
  /** Elementary steps of the last call. */
  work = 0;

  readonly #state: SearchState;
  readonly #ties: Int32Array;
  /** For each section, of the buffers that are lowest in it: the latest first section and the earliest end. */
  readonly #latest: Int32Array;
  readonly #earliest: Int32Array;
  /** For each section how far the low buffers reach that begin in it or before; and back, of those that end there or later. */
  readonly #reachRight: Int32Array;
  readonly #reachLeft: Int32Array;

  constructor(state: SearchState) {
    const { count, sections } = state.component;
    this.#state = state;
    this.key = new Float64Array(count);
    this.least = new Float64Array(sections);
    this.second = new Float64Array(sections);
    this.load = new Float64Array(sections);
    this.#ties = new Int32Array(count);
    this.#latest = new Int32Array(sections);
    this.#earliest = new Int32Array(sections);
    this.#reachRight = new Int32Array(sections + 1);
    this.#reachLeft = new Int32Array(sections + 1);
  }

  /**
   * The best of the buffers that have the same floor as this one and are ready, too.
   *
   * @param candidate one that is ready
   */
  choose(candidate: number): number {
    const { rank } = this.#state;
    const ties = this.#ties;
    this.work = 0;
    const count = this.#findTies(candidate);
    if (count < 2) return candidate;
    this.#survey(ties, count);
    let best = candidate;
    let bestScore = Infinity;
    for (let tie = 0; tie < count; tie++) {
      const buffer = ties[tie]!;
      const score = this.#score(buffer);
      if (score < bestScore || (score === bestScore && rank[buffer]! < rank[best]!)) {
        bestScore = score;
        best = buffer;
      }
    }
    return best;
  }

  /** Of twins, only the first in the order: all look the same. @returns how many there are */
  #findTies(candidate: number): number {
    const { lists, listAt, listLength, rejected, floor } = this.#state;
    const { key } = this;
    const ties = this.#ties;
    const bottom = floor[candidate]!;
    let count = 0;
    let at = listLength - 1;
    for (; at >= 0 && key[at]! < bottom; at--);
    const below = at + 1;
    for (; at >= 0 && key[at] === bottom; at--) {
      const buffer = lists[listAt + at]!;
      if (rejected[buffer] !== OPEN || this.#hasTwinBefore(buffer)) continue;
      if (buffer === candidate || this.#isReady(buffer, below)) ties[count++] = buffer;
    }
    this.work += listLength - at;
    return count;
  }

  #hasTwinBefore(buffer: number): boolean {
    const { twin, depthOf, rejected, rank } = this.#state;
    for (let other = twin[buffer]!; other !== buffer; other = twin[other]!) {
      if (depthOf[other]! < 0 && rejected[other] === OPEN && rank[other]! < rank[buffer]!) return true;
    }
    return false;
  }

  /** Nothing in the list from `below` on may still fit below the buffer. What is before that is not lower than it. */
  #isReady(buffer: number, below: number): boolean {
    const { lists, listAt, listLength, floor } = this.#state;
    const { size, first, end } = this.#state.component;
    for (let at = below; at < listLength; at++) {
      const other = lists[listAt + at]!;
      if (this.key[at]! + size[other]! > floor[buffer]!) continue;
      if (first[other]! < end[buffer]! && first[buffer]! < end[other]!) return false;
    }
    return true;
  }

  /** What `#score` needs to know of the sections, of everything that is below the highest end of the ties. */
  #survey(ties: Int32Array, count: number): void {
    const { lists, listAt, listLength, floor } = this.#state;
    const { size, first, end } = this.#state.component;
    const { key, least } = this;
    const latest = this.#latest.fill(-1);
    const earliest = this.#earliest.fill(least.length);
    const reachRight = this.#reachRight.fill(0);
    const reachLeft = this.#reachLeft.fill(least.length);
    let top = 0;
    for (let tie = 0; tie < count; tie++) top = Math.max(top, size[ties[tie]!]!);
    top += floor[ties[0]!]!;
    let work = 4 * least.length;
    for (let at = listLength - 1; at >= 0 && key[at]! < top; at--) {
      const buffer = lists[listAt + at]!;
      const offset = key[at]!;
      const from = first[buffer]!;
      const to = end[buffer]!;
      if (reachRight[from]! < to) reachRight[from] = to;
      if (reachLeft[to]! > from) reachLeft[to] = from;
      for (let section = from; section < to; section++) {
        if (least[section]! < offset) continue;
        if (latest[section]! < from) latest[section] = from;
        if (earliest[section]! > to) earliest[section] = to;
      }
      work += to - from;
    }
    for (let section = 1; section < reachRight.length; section++) {
      if (reachRight[section]! < reachRight[section - 1]!) reachRight[section] = reachRight[section - 1]!;
    }
    for (let section = least.length - 1; section >= 0; section--) {
      if (reachLeft[section]! > reachLeft[section + 1]!) reachLeft[section] = reachLeft[section + 1]!;
    }
    this.work += work;
  }

  #score(buffer: number): number {
    const { floor, cap, stepWeight, slackWeight } = this.#state;
    const { size, first, end } = this.#state.component;
    const { least, second, load } = this;
    const latest = this.#latest;
    const earliest = this.#earliest;
    const from = first[buffer]!;
    const to = end[buffer]!;
    const top = floor[buffer]! + size[buffer]!;
    const left = Math.min(from, this.#reachLeft[from + 1]!);
    const right = Math.max(to, this.#reachRight[to - 1]!);
    let lost = 0;
    let steps = 0;
    // The levels of the section before, as it is and as it would be. Sections in which nothing is left do not count.
    let before = left > 0 ? least[left - 1]! : Infinity;
    let now = before;
    for (let section = left; section < right; section++) {
      const was = least[section]!;
      if (was === Infinity) continue;
      if (was !== before) steps--;
      before = was;
      let level = was;
      if (section >= from && section < to) {
        level = second[section]!;
        if (level === Infinity) continue;
        if (level > top) lost += cap / (cap + slackWeight * (cap - load[section]! - was));
        else level = top;
      } else if (was < top && (section < from ? earliest[section]! > from : latest[section]! < to)) {
        lost += cap / (cap + slackWeight * (cap - load[section]! - was));
        level = second[section]!;
        if (level === was || level > top) level = top;
      }
      if (level !== now) steps++;
      now = level;
    }
    const next = right < least.length ? least[right]! : Infinity;
    if (next !== Infinity) steps += (next !== now ? 1 : 0) - (next !== before ? 1 : 0);
    this.work += right - left;
    return lost + stepWeight * steps;
  }
}
