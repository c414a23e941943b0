/**
 * Exact search for a plan of one component that is no higher than a cap: finds one, or proves that there is none.
 *
 * Only settled plans are searched, those in which no buffer can move down. If there is a plan, the one with the least sum
 * of offsets is settled, so nothing is missed. In a settled plan a buffer lies at 0 or rests on the end of another.
 *
 * What is known of an unplaced buffer: `floor`, the highest end of the placed ones it lives with; `lowest`, a proven bound
 * of its offset, at or above the floor; and whether it is *rejected*: it does not lie at its floor.
 *
 * A decision takes the buffer with the lowest floor that is not rejected, and says that it lies there (`place`); when that
 * has failed, that it does not (`#reject`). The buffer must be ready: no unplaced one it lives with may still fit below
 * it. All others it lives with then lie above it, and their floors rise. So two branches of a decision share no plan, and
 * decisions at distant times do not touch each other: where no unplaced buffer lives across a moment, the list falls into
 * parts, which are solved one by one.
 *
 * After each decision three rules are applied:
 * (a) Support. A rejected buffer rests on an unplaced one, so it is at or above the lowest possible end of those. It also
 *     fails when all of those must be so high that it could move down to its floor.
 * (b) Load. In a section, what must lie at or above an offset must fit between it and the cap. Checked for the offset of
 *     every buffer, in one sweep from the highest down.
 * (c) Order. In the same sweep: if a buffer cannot join those above it in a section, since all of them together would not
 *     fit above the lowest of them, it is below all of them, and they are at or above its end.
 *
 * Every bound has its reason, a set of decisions that it follows from. When a rule fails, the reasons of all it used are
 * the conflict; the deepest decision in it is the last that can be to blame. The search jumps back there, past all that
 * had no part in it, and rejects the buffer, for the rest of the conflict. An empty conflict is the proof that there is no
 * plan.
 *
 * Which of several buffers with the same floor comes first makes no difference to the proof and all the difference to
 * finding a plan: see look-ahead.ts. Twins, buffers of the same size and sections, are rejected together.
 *
 * There is no recursion: all state is in SearchState, so that a run can stop after any decision and go on later.
 */
import type { Component } from "./component.ts";
import { LookAhead } from "./look-ahead.ts";
import { SearchState } from "./search-state.ts";
import type { Preference } from "./search-state.ts";

/** What a search came to: a plan, the proof that there is none, or nothing yet. */
export type SearchResult = "found" | "refuted" | "open";

// What `rejected` says; as in search-state.ts, since a constant that is imported is a memory access in the inner loops.
const OPEN = 0;
const LIFTED = 1;
const PUSHED = 2;

/** Rounds of (a) after each decision; more seldom pay. */
const SUPPORT_ROUNDS = 4;

/** One search over one component; it can be started again and again. */
export class ExactSearch {
  /** For the tests: what is known, and why. */
  readonly state: SearchState;
  /** Decisions in this run so far. */
  nodes = 0;
  /** Elementary steps over all runs so far: what its time goes with, the same on every machine. */
  work = 0;

  readonly #lookAhead: LookAhead;

  constructor(component: Component) {
    this.state = new SearchState(component);
    this.#lookAhead = new LookAhead(this.state);
  }

  /** Where the buffers lie, when a plan was found. */
  get offsets(): Float64Array {
    return this.state.offset;
  }

  /** True when a run that is open is not worth going on with. */
  isOver(nodes: number): boolean {
    return this.nodes >= nodes || this.state.isTooLarge;
  }

  /** Begins anew. */
  start(cap: number, preference: Preference): void {
    this.state.reset(cap, preference);
    this.nodes = 0;
  }

  /** Goes on until it is decided, or has made `nodes` decisions in all, or done `work` more elementary steps. */
  step(nodes: number, work: number): SearchResult {
    const state = this.state;
    const workEnd = this.work + work;
    for (;;) {
      if (!state.nextList()) return "found";
      if (this.nodes >= nodes || this.work >= workEnd || state.isTooLarge) return "open";
      const buffer = this.#propagate();
      if (buffer >= 0) {
        state.place(buffer);
        this.nodes++;
        this.work += state.listLength;
      } else if (!this.#jumpBack()) {
        return "refuted";
      }
    }
  }

  /** Goes back to the deepest decision of the conflict and rejects it. @returns false when there is none */
  #jumpBack(): boolean {
    const state = this.state;
    const { conflict, words } = state;
    let word = words - 1;
    while (word >= 0 && conflict[word] === 0) word--;
    if (word < 0) return false;
    const depth = 32 * word + 31 - Math.clz32(conflict[word]!);
    const buffer = state.placed[depth]!;
    state.undo(depth);
    conflict[word]! &= ~(1 << (depth & 31));
    this.#reject(buffer);
    for (let twin = state.twin[buffer]!; twin !== buffer; twin = state.twin[twin]!) {
      if (state.depthOf[twin]! < 0 && state.rejected[twin] === OPEN) this.#reject(twin);
    }
    return true;
  }

  /** The buffer does not lie at its floor: for the rest of the conflict, and for what made the floor what it is. */
  #reject(buffer: number): void {
    const state = this.state;
    const { conflict, words } = state;
    state.save(buffer);
    const why = state.newReason();
    const reasons = state.reasons;
    const whyLowest = state.whyLowest[buffer]!;
    for (let index = 0; index < words; index++) reasons[why + index] = conflict[index]! | reasons[whyLowest + index]!;
    state.rejected[buffer] = LIFTED;
    state.whyRejected[buffer] = why;
  }

  /** Applies the rules. @returns the buffer to place next, or -1 when they failed: `conflict` says why */
  #propagate(): number {
    const state = this.state;
    for (let round = 0; round < SUPPORT_ROUNDS; round++) {
      const change = this.#support(false);
      if (change < 0) return -1;
      if (change === 0) break;
    }
    const change = this.#sweep();
    if (change < 0) return -1;
    if (change > 0 && this.#sweep() < 0) return -1;
    // Once (a) has nothing to add, the lowest that is not rejected is ready: were there one below it, the lowest such
    // would rest on something lower still. Where all are rejected, each rests on another, so (a) goes on until it fails.
    let buffer = this.#candidate();
    while (buffer < 0) {
      if (this.#support(true) < 0) return -1;
      buffer = this.#candidate();
    }
    if (!state.looksAhead) return buffer;
    const chosen = this.#lookAhead.choose(buffer);
    this.work += this.#lookAhead.work;
    return chosen;
  }

  /**
   * Rule (a), once for each rejected buffer. Those that rule (c) raised are left out unless `all`: next to nothing follows
   * from them.
   *
   * @returns 1 when a bound rose, 0 when none did, -1 when it failed
   */
  #support(all: boolean): number {
    const state = this.state;
    const { lists, listAt, listLength, rejected, floor, lowest, others, othersAt, depthOf, cap } = state;
    const { size } = state.component;
    let changed = 0;
    let work = 0;
    for (let at = listAt, end = listAt + listLength; at < end; at++) {
      const buffer = lists[at]!;
      const kind = rejected[buffer]!;
      if (kind === OPEN || (kind === PUSHED && !all)) continue;
      let rest = Infinity;
      let below = Infinity;
      const from = othersAt[buffer]!;
      const to = othersAt[buffer + 1]!;
      for (let next = from; next < to; next++) {
        const other = others[next]!;
        if (depthOf[other]! >= 0) continue;
        const offset = lowest[other]!;
        const top = offset + size[other]!;
        if (offset < below) below = offset;
        if (top < rest) rest = top;
      }
      work += to - from;
      if (below >= floor[buffer]! + size[buffer]!) {
        this.#explainSupport(buffer, Infinity, state.conflict, 0);
        this.work += work;
        return -1;
      }
      if (rest <= lowest[buffer]!) continue;
      if (rest + size[buffer]! > cap) {
        this.#explainSupport(buffer, cap - size[buffer]! + 1, state.conflict, 0);
        this.work += work;
        return -1;
      }
      state.save(buffer);
      const why = state.newReason();
      this.#explainSupport(buffer, rest, state.reasons, why);
      state.whyLowest[buffer] = why;
      lowest[buffer] = rest;
      changed = 1;
    }
    this.work += work;
    return changed;
  }

  /** Why nothing that a rejected buffer may rest on ends below `rest`. A buffer as large as that needs no reason. */
  #explainSupport(buffer: number, rest: number, into: Int32Array, at: number): void {
    const state = this.state;
    const { others, othersAt, depthOf, whyLowest, words, reasons } = state;
    const { size } = state.component;
    const rejected = state.whyRejected[buffer]!;
    for (let word = 0; word < words; word++) into[at + word] = reasons[rejected + word]!;
    for (let next = othersAt[buffer]!, end = othersAt[buffer + 1]!; next < end; next++) {
      const other = others[next]!;
      if (size[other]! >= rest) continue;
      const depth = depthOf[other]!;
      if (depth >= 0) {
        into[at + (depth >> 5)]! |= 1 << (depth & 31);
        continue;
      }
      const why = whyLowest[other]!;
      if (why === 0) continue;
      for (let word = 0; word < words; word++) into[at + word]! |= reasons[why + word]!;
    }
  }

  /** Sorts the list by `lowest`, highest first. It nearly is already. */
  #sortList(): void {
    const { lists, listAt, listLength, lowest } = this.state;
    const { key } = this.#lookAhead;
    for (let at = 0; at < listLength; at++) {
      const buffer = lists[listAt + at]!;
      const offset = lowest[buffer]!;
      let to = at;
      for (; to > 0 && key[to - 1]! < offset; to--) {
        key[to] = key[to - 1]!;
        lists[listAt + to] = lists[listAt + to - 1]!;
      }
      key[to] = offset;
      lists[listAt + to] = buffer;
    }
  }

  /** Rules (b) and (c). @returns as `#support` */
  #sweep(): number {
    this.#sortList();
    const state = this.state;
    const { lists, listAt, listLength, cap } = state;
    const { size, first, end } = state.component;
    const { key } = this.#lookAhead;
    const load = this.#lookAhead.load.fill(0);
    const least = this.#lookAhead.least.fill(Infinity);
    const second = this.#lookAhead.second.fill(Infinity);
    let changed = 0;
    let work = 2 * listLength + 3 * load.length;
    for (let at = 0; at < listLength; at++) {
      const buffer = lists[listAt + at]!;
      const offset = key[at]!;
      const bytes = size[buffer]!;
      const room = cap - offset;
      const top = offset + bytes;
      const from = first[buffer]!;
      const to = end[buffer]!;
      work += to - from;
      for (let section = from; section < to; section++) {
        const total = load[section]! + bytes;
        const previous = least[section]!;
        load[section] = total;
        second[section] = previous;
        least[section] = offset;
        if (total > room) {
          this.work += work;
          this.#explainLoad(at, section, state.conflict, 0);
          return -1;
        }
        if (top > previous && previous + total > cap) {
          const pushed = this.#pushAbove(at, section, top);
          if (pushed < 0) {
            this.work += work;
            return -1;
          }
          changed |= pushed;
        }
      }
    }
    this.work += work;
    return changed;
  }

  /** Rule (c): the buffer at `last` in the list is below all before it in this section. @returns as `#support` */
  #pushAbove(last: number, section: number, top: number): number {
    const state = this.state;
    const { lists, listAt, lowest } = state;
    const { size, first, end } = state.component;
    const key = this.#lookAhead.key;
    let why = -1;
    for (let at = last - 1; at >= 0 && key[at]! < top; at--) {
      const buffer = lists[listAt + at]!;
      if (first[buffer]! > section || end[buffer]! <= section || lowest[buffer]! >= top) continue;
      if (why < 0) {
        why = state.newReason();
        this.#explainLoad(last, section, state.reasons, why);
      }
      if (top + size[buffer]! > state.cap) {
        for (let word = 0; word < state.words; word++) state.conflict[word] = state.reasons[why + word]!;
        return -1;
      }
      state.save(buffer);
      lowest[buffer] = top;
      state.whyLowest[buffer] = why;
      state.whyRejected[buffer] = why;
      state.rejected[buffer] = PUSHED;
    }
    return why < 0 ? 0 : 1;
  }

  /** Why the buffers of the section up to `last` in the list are no lower than they are. */
  #explainLoad(last: number, section: number, into: Int32Array, start: number): void {
    const state = this.state;
    const { lists, listAt, whyLowest, words, reasons } = state;
    const { first, end } = state.component;
    for (let word = 0; word < words; word++) into[start + word] = 0;
    for (let at = last; at >= 0; at--) {
      const buffer = lists[listAt + at]!;
      if (first[buffer]! > section || end[buffer]! <= section) continue;
      const why = whyLowest[buffer]!;
      if (why === 0) continue;
      for (let word = 0; word < words; word++) into[start + word]! |= reasons[why + word]!;
    }
  }

  /** The lowest floor that is not rejected, if it is ready; among equals the first in the order. @returns -1 when not */
  #candidate(): number {
    const state = this.state;
    const { lists, listAt, listLength, rejected, floor, rank, others, othersAt, depthOf, lowest } = state;
    const { size } = state.component;
    let best = -1;
    let offset = Infinity;
    for (let at = listAt, end = listAt + listLength; at < end; at++) {
      const buffer = lists[at]!;
      if (rejected[buffer] !== OPEN) continue;
      const here = floor[buffer]!;
      if (here < offset || (here === offset && rank[buffer]! < rank[best]!)) {
        best = buffer;
        offset = here;
      }
    }
    if (best < 0) return -1;
    for (let next = othersAt[best]!, end = othersAt[best + 1]!; next < end; next++) {
      const other = others[next]!;
      if (depthOf[other]! < 0 && lowest[other]! + size[other]! <= offset) return -1;
    }
    return best;
  }
}
