import type { Component } from "./component.ts";

// What `rejected` says; see there.
const OPEN = 0;
const LIFTED = 1;

/** What a search places first among buffers with the same floor. */
export interface Preference {
  /** For each buffer its place in an order. */
  readonly rank: Int32Array;
  /** The weights of the look-ahead (look-ahead.ts), or `null`: the order alone decides. */
  readonly lookAhead: { readonly stepWeight: number; readonly slackWeight: number } | null;
}

/** More words of reasons than this (256 MiB), and a run is given up as if its budget had ended. */
const MAX_REASON_WORDS = 2 ** 26;

/**
 * Where an exact search stands: what is placed, what is known of the rest and why, and the trail that takes it back.
 * The rules are in search.ts; this file only keeps the books.
 *
 * Reasons are sets of decisions, by depth, as bits in `reasons`: a stack of records of `words` words, of which the first
 * (0) is the empty set. Records are never changed once a buffer refers to them, so that taking back a decision is setting
 * the top of the stack back.
 */
export class SearchState {
  readonly component: Component;
  readonly count: number;
  readonly words: number;
  /** The buffers that live at once with buffer u are `others[othersAt[u]]` to `others[othersAt[u + 1] - 1]`. */
  readonly othersAt: Int32Array;
  readonly others: Int32Array;
  /** The next buffer of the same size and sections, round in a ring; itself where there is none. */
  readonly twin: Int32Array;

  cap = 0;
  /** See {@link Preference}. */
  rank: Int32Array;
  looksAhead = false;
  stepWeight = 0;
  slackWeight = 0;

  /** For each buffer the highest end of the placed buffers it lives with: where it would come to lie now. */
  readonly floor: Float64Array;
  /** For each buffer the lowest offset it can still have: `floor` or more. */
  readonly lowest: Float64Array;
  /**
   * 0 (OPEN): it may lie at its floor; its lowest offset is the floor. 1 (LIFTED): it does not, so it rests on a buffer that
   * is not placed yet. 2 (PUSHED): the same, since rule (c) of the search raised it.
   */
  readonly rejected: Uint8Array;
  /** Depth of the decision that placed it, or -1. */
  readonly depthOf: Int32Array;
  readonly offset: Float64Array;
  /** Why `lowest` is what it is, as a place in `reasons`. */
  readonly whyLowest: Int32Array;
  /** Why it does not lie at its floor, where it does not. */
  readonly whyRejected: Int32Array;
  readonly #savedIn: Int32Array;

  reasons: Int32Array;
  reasonsTop = 0;
  /** The set of decisions that failed together, after a failure. */
  readonly conflict: Int32Array;

  /** Lists of unplaced buffers, as a stack; `listAt` and `listLength` name the one that is worked on. */
  readonly lists: Int32Array;
  listsTop = 0;
  listAt = 0;
  listLength = 0;
  /** Lists to be worked on when this one is empty: a chain through three arrays, from `pending` on; -1 ends it. */
  readonly #pendingAt: Int32Array;
  readonly #pendingLength: Int32Array;
  readonly #pendingNext: Int32Array;
  #pending = -1;
  #pendingTop = 0;

  depth = 0;
  readonly placed: Int32Array;
  /** Eight words for each depth: everything above as it was before the decision. */
  readonly #frames: Int32Array;
  #serial = 0;
  #serials = 0;

  #trailTop = 0;
  /** Five words for each change: buffer, rejected, whyLowest, whyRejected, savedIn. */
  #trail: Int32Array = new Int32Array(5 * 1024);
  /** Two for each change: floor, lowest. */
  #trailValues: Float64Array = new Float64Array(2 * 1024);

  readonly #partOf: Int32Array;
  readonly #partLength: Int32Array;
  readonly #crossing: Int32Array;

  constructor(component: Component) {
    const { count, sections } = component;
    this.component = component;
    this.count = count;
    this.words = (count + 31) >> 5;
    [this.othersAt, this.others] = findOthers(component);
    this.twin = findTwins(component);
    this.rank = new Int32Array(count);
    this.floor = new Float64Array(count);
    this.lowest = new Float64Array(count);
    this.rejected = new Uint8Array(count);
    this.depthOf = new Int32Array(count);
    this.offset = new Float64Array(count);
    this.whyLowest = new Int32Array(count);
    this.whyRejected = new Int32Array(count);
    this.#savedIn = new Int32Array(count);
    this.reasons = new Int32Array(this.words * 1024);
    this.conflict = new Int32Array(this.words);
    // Each decision copies its list less one, and once more where that falls apart.
    this.lists = new Int32Array(count * (count + 3));
    this.#pendingAt = new Int32Array(2 * count + 2);
    this.#pendingLength = new Int32Array(2 * count + 2);
    this.#pendingNext = new Int32Array(2 * count + 2);
    this.placed = new Int32Array(count);
    this.#frames = new Int32Array(8 * (count + 1));
    this.#partOf = new Int32Array(sections);
    this.#partLength = new Int32Array(sections + 1);
    this.#crossing = new Int32Array(sections + 1);
  }

  /** Nothing is placed, nothing known. */
  reset(cap: number, { rank, lookAhead }: Preference): void {
    this.cap = cap;
    this.rank = rank;
    this.looksAhead = lookAhead !== null;
    this.stepWeight = lookAhead?.stepWeight ?? 0;
    this.slackWeight = lookAhead?.slackWeight ?? 0;
    this.floor.fill(0);
    this.lowest.fill(0);
    this.rejected.fill(OPEN);
    this.depthOf.fill(-1);
    this.whyLowest.fill(0);
    this.whyRejected.fill(0);
    this.#savedIn.fill(-1);
    this.reasons.fill(0, 0, this.words);
    this.reasonsTop = this.words;
    this.#trailTop = 0;
    this.depth = 0;
    this.#serial = 0;
    this.#serials = 0;
    this.#pending = -1;
    this.#pendingTop = 0;
    for (let index = 0; index < this.count; index++) this.lists[index] = index;
    this.listsTop = this.count;
    this.listAt = 0;
    this.listLength = this.count;
    this.#split();
  }

  /** True when the reasons take more memory than they are worth. */
  get isTooLarge(): boolean {
    return this.reasonsTop > MAX_REASON_WORDS;
  }

  /** Takes up the next list when this one is empty. @returns false when there is none: everything is placed */
  nextList(): boolean {
    while (this.listLength === 0) {
      const pending = this.#pending;
      if (pending < 0) return false;
      this.listAt = this.#pendingAt[pending]!;
      this.listLength = this.#pendingLength[pending]!;
      this.#pending = this.#pendingNext[pending]!;
    }
    return true;
  }

  /** A new record for a set of decisions; its contents are whatever was there. */
  newReason(): number {
    const at = this.reasonsTop;
    this.reasonsTop = at + this.words;
    if (this.reasonsTop > this.reasons.length) {
      const larger = new Int32Array(this.reasons.length * 2);
      larger.set(this.reasons);
      this.reasons = larger;
    }
    return at;
  }

  /** To be called before what is known of a buffer changes. */
  save(buffer: number): void {
    const serial = this.#serial;
    if (this.#savedIn[buffer] === serial) return;
    const top = this.#trailTop++;
    if (5 * top === this.#trail.length) {
      const largerTrail = new Int32Array(this.#trail.length * 2);
      largerTrail.set(this.#trail);
      this.#trail = largerTrail;
      const largerValues = new Float64Array(this.#trailValues.length * 2);
      largerValues.set(this.#trailValues);
      this.#trailValues = largerValues;
    }
    const trail = this.#trail;
    trail[5 * top] = buffer;
    trail[5 * top + 1] = this.rejected[buffer]!;
    trail[5 * top + 2] = this.whyLowest[buffer]!;
    trail[5 * top + 3] = this.whyRejected[buffer]!;
    trail[5 * top + 4] = this.#savedIn[buffer]!;
    this.#trailValues[2 * top] = this.floor[buffer]!;
    this.#trailValues[2 * top + 1] = this.lowest[buffer]!;
    this.#savedIn[buffer] = serial;
  }

  /** Places a buffer at its floor, and lifts the unplaced ones that live with it on top of it. */
  place(buffer: number): void {
    const depth = this.#pushFrame(buffer);
    const { floor, lowest, rejected, depthOf, whyLowest, whyRejected, others, words } = this;
    const { size } = this.component;
    const bottom = floor[buffer]!;
    const top = bottom + size[buffer]!;
    const word = depth >> 5;
    const bit = 1 << (depth & 31);
    this.offset[buffer] = bottom;
    depthOf[buffer] = depth;
    let alone = -1;
    for (let at = this.othersAt[buffer]!, end = this.othersAt[buffer + 1]!; at < end; at++) {
      const other = others[at]!;
      if (depthOf[other]! >= 0 || floor[other]! >= top) continue;
      this.save(other);
      floor[other] = top;
      if (lowest[other]! > top) {
        rejected[other] = LIFTED;
        whyRejected[other] = whyLowest[other]!;
        continue;
      }
      lowest[other] = top;
      rejected[other] = OPEN;
      // It lies above, since it does not fit below: for its size, or for what is known of its offset.
      const why = whyLowest[other]!;
      if (why === 0 || size[other]! > bottom) {
        if (alone < 0) {
          alone = this.newReason();
          this.reasons.fill(0, alone, alone + words);
          this.reasons[alone + word] = bit;
        }
        whyLowest[other] = alone;
      } else {
        const both = this.newReason();
        const reasons = this.reasons;
        for (let index = 0; index < words; index++) reasons[both + index] = reasons[why + index]!;
        reasons[both + word]! |= bit;
        whyLowest[other] = both;
      }
    }
    this.#dropFromList(buffer);
    this.#split();
  }

  /** Takes back the decision at `depth` and all after it. */
  undo(depth: number): void {
    const { floor, lowest, rejected, whyLowest, whyRejected, depthOf, placed } = this;
    const frames = this.#frames;
    const frame = 8 * depth;
    const trail = this.#trail;
    const trailEnd = frames[frame + 4]!;
    for (let top = this.#trailTop - 1; top >= trailEnd; top--) {
      const buffer = trail[5 * top]!;
      rejected[buffer] = trail[5 * top + 1]!;
      whyLowest[buffer] = trail[5 * top + 2]!;
      whyRejected[buffer] = trail[5 * top + 3]!;
      this.#savedIn[buffer] = trail[5 * top + 4]!;
      floor[buffer] = this.#trailValues[2 * top]!;
      lowest[buffer] = this.#trailValues[2 * top + 1]!;
    }
    for (let at = this.depth - 1; at >= depth; at--) depthOf[placed[at]!] = -1;
    this.depth = depth;
    this.listAt = frames[frame]!;
    this.listLength = frames[frame + 1]!;
    this.#pending = frames[frame + 2]!;
    this.#pendingTop = frames[frame + 3]!;
    this.#trailTop = trailEnd;
    this.reasonsTop = frames[frame + 5]!;
    this.#serial = frames[frame + 6]!;
    this.listsTop = frames[frame + 7]!;
  }

  #pushFrame(buffer: number): number {
    const depth = this.depth++;
    const frames = this.#frames;
    const frame = 8 * depth;
    this.placed[depth] = buffer;
    frames[frame] = this.listAt;
    frames[frame + 1] = this.listLength;
    frames[frame + 2] = this.#pending;
    frames[frame + 3] = this.#pendingTop;
    frames[frame + 4] = this.#trailTop;
    frames[frame + 5] = this.reasonsTop;
    frames[frame + 6] = this.#serial;
    frames[frame + 7] = this.listsTop;
    this.#serial = ++this.#serials;
    return depth;
  }

  #dropFromList(buffer: number): void {
    const lists = this.lists;
    const begin = this.listsTop;
    let top = begin;
    for (let at = this.listAt, end = at + this.listLength; at < end; at++) {
      const other = lists[at]!;
      if (other !== buffer) lists[top++] = other;
    }
    this.listsTop = top;
    this.listAt = begin;
    this.listLength = top - begin;
  }

  /** Where no unplaced buffer lives across a moment, the parts are lists of their own; works on the shortest first. */
  #split(): void {
    const { lists, listAt, listLength } = this;
    const { first, end } = this.component;
    if (listLength < 2) return;
    const crossing = this.#crossing;
    const partOf = this.#partOf;
    const partLength = this.#partLength;
    const listEnd = listAt + listLength;
    let low = crossing.length;
    let high = 0;
    for (let at = listAt; at < listEnd; at++) {
      const buffer = lists[at]!;
      if (first[buffer]! < low) low = first[buffer]!;
      if (end[buffer]! > high) high = end[buffer]!;
    }
    crossing.fill(0, low, high + 1);
    for (let at = listAt; at < listEnd; at++) {
      const buffer = lists[at]!;
      crossing[first[buffer]! + 1]!++;
      crossing[end[buffer]!]!--;
    }
    let parts = 0;
    let alive = 0;
    for (let section = low; section < high; section++) {
      alive += crossing[section]!;
      if (alive === 0) partLength[parts++] = 0;
      partOf[section] = parts - 1;
    }
    if (parts < 2) return;
    for (let at = listAt; at < listEnd; at++) partLength[partOf[first[lists[at]!]!]!]!++;
    let shortest = -1;
    for (let part = 0; part < parts; part++) {
      const length = partLength[part]!;
      if (length > 0 && (shortest < 0 || length < partLength[shortest]!)) shortest = part;
    }
    if (partLength[shortest] === listLength) return;
    let top = this.listsTop;
    this.listsTop = top + listLength;
    for (let part = 0; part < parts; part++) {
      const length = partLength[part]!;
      if (length === 0) continue;
      if (part === shortest) {
        this.listAt = top;
        this.listLength = length;
      } else {
        const pending = this.#pendingTop++;
        this.#pendingAt[pending] = top;
        this.#pendingLength[pending] = length;
        this.#pendingNext[pending] = this.#pending;
        this.#pending = pending;
      }
      // From here on, where the part's next buffer goes.
      partLength[part] = top;
      top += length;
    }
    for (let at = listAt; at < listEnd; at++) {
      const buffer = lists[at]!;
      lists[partLength[partOf[first[buffer]!]!]!++] = buffer;
    }
  }
}

function findOthers({ count, first, end }: Component): [Int32Array, Int32Array] {
  const at = new Int32Array(count + 1);
  let others = new Int32Array(16 * count);
  let found = 0;
  for (let buffer = 0; buffer < count; buffer++) {
    const from = first[buffer]!;
    const to = end[buffer]!;
    if (found + count > others.length) {
      const larger = new Int32Array(2 * others.length + count);
      larger.set(others);
      others = larger;
    }
    for (let other = 0; other < count; other++) {
      if (other !== buffer && first[other]! < to && from < end[other]!) others[found++] = other;
    }
    at[buffer + 1] = found;
  }
  return [at, others.slice(0, found)];
}

function findTwins({ count, first, end, size }: Component): Int32Array {
  const twin = Int32Array.from({ length: count }, (_, index) => index);
  const seen = new Map<string, number>();
  for (let buffer = 0; buffer < count; buffer++) {
    const key = `${first[buffer]} ${end[buffer]} ${size[buffer]}`;
    const previous = seen.get(key);
    if (previous !== undefined) {
      twin[buffer] = twin[previous]!;
      twin[previous] = buffer;
    }
    seen.set(key, buffer);
  }
  return twin;
}
