/**
 * Which blocks are alive at an event, of those that are large enough to be seen.
 *
 * A picture of the whole trace asks this once per column of pixels, at events far apart. Blocks are therefore split by
 * size into tiers (all blocks from this size up, two tiers per octave), and a picture uses the tier whose blocks are
 * about a pixel high: of those, no more can be alive at once than the picture has pixels. In a tier, the blocks that are
 * alive are noted now and then along the trace, as often as the notes stay about as long as the tier itself. A query
 * goes to the last note before the event, and looks at the blocks noted and at those that came since.
 */
import type { BlockTable } from "../model/report-model.ts";

/** More blocks than this are not asked for at once, so that a frame's time is bounded. */
const MOST_ALIVE = 2500;
const SHORTEST_GAP = 32;

export class BandIndex {
  readonly #blocks: BlockTable;
  readonly #tiers = new Map<number, Tier>();
  readonly #largest: number;

  constructor(blocks: BlockTable) {
    this.#blocks = blocks;
    this.#largest = blocks.size.reduce((a, b) => Math.max(a, b), 1);
  }

  /** The tier with every block of at least so many bytes, or the first above it that is small enough to draw. */
  tierFor(bytes: number): Tier {
    const finest = Math.floor(2 * Math.log2(Math.max(bytes, 1)));
    const coarsest = Math.ceil(2 * Math.log2(this.#largest));
    for (let level = Math.min(finest, coarsest); ; level++) {
      const tier = this.#tier(level);
      if (tier.mostAlive <= MOST_ALIVE || level >= coarsest) return tier;
    }
  }

  /** The tier with every block. */
  all(): Tier {
    return this.#tier(0);
  }

  #tier(level: number): Tier {
    let tier = this.#tiers.get(level);
    if (tier === undefined) {
      tier = new Tier(this.#blocks, level <= 0 ? 0 : 2 ** (level / 2));
      this.#tiers.set(level, tier);
    }
    return tier;
  }
}

/** The blocks from one size up. */
export class Tier {
  readonly leastBytes: number;
  /** About the most that are alive at once, never less. */
  readonly mostAlive: number;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #members: Int32Array;
  /** Per note: how many members came before it, and where its list of live blocks begins. */
  readonly #noteMember: number[] = [0];
  readonly #noteStart: number[] = [0];
  readonly #noted: Int32Array;

  constructor({ count, size, from, to }: BlockTable, leastBytes: number) {
    this.leastBytes = leastBytes;
    this.#from = from;
    this.#to = to;
    const members = new Int32Array(count);
    let length = 0;
    for (let block = 0; block < count; block++) if (size[block]! >= leastBytes) members[length++] = block;
    this.#members = members.subarray(0, length);

    let noted = new Int32Array(2 * length + SHORTEST_GAP);
    let end = 0;
    let most = 0;
    for (let start = 0, last = 0; ; last = start) {
      const previous = this.#noteStart.at(-1) ?? 0;
      start += Math.max(SHORTEST_GAP, end - previous);
      most = Math.max(most, end - previous + Math.min(start, length) - last);
      if (start >= length) break;
      const moment = from[members[start]!]!;
      const listEnd = end;
      if (listEnd + (listEnd - previous) + (start - last) > noted.length) {
        const larger = new Int32Array(2 * noted.length);
        larger.set(noted);
        noted = larger;
      }
      for (let at = previous; at < listEnd; at++) if (to[noted[at]!]! > moment) noted[end++] = noted[at]!;
      for (let at = last; at < start; at++) if (to[members[at]!]! > moment) noted[end++] = members[at]!;
      this.#noteMember.push(start);
      this.#noteStart.push(listEnd);
    }
    this.#noteStart.push(end);
    this.#noted = noted;
    this.mostAlive = most;
  }

  /** Writes the blocks alive after this event into `out`, in the order of their allocation. @returns how many */
  aliveAt(event: number, out: Int32Array): number {
    const from = this.#from;
    const to = this.#to;
    const members = this.#members;
    const begun = upperBound(members.length, (at) => from[members[at]!]! <= event);
    // A note leaves out what has ended before its member begins, so that one must have begun.
    const note = upperBound(this.#noteMember.length, (at) => at === 0 || this.#noteMember[at]! < begun) - 1;
    let found = 0;
    const end = this.#noteStart[note + 1]!;
    for (let at = this.#noteStart[note]!; at < end; at++) {
      const block = this.#noted[at]!;
      if (to[block]! > event) out[found++] = block;
    }
    for (let at = this.#noteMember[note]!; at < begun; at++) {
      const block = members[at]!;
      if (to[block]! > event) out[found++] = block;
    }
    return found;
  }
}

/** How many of the first `length` places satisfy a condition that holds up to some place and not from there on. */
function upperBound(length: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
