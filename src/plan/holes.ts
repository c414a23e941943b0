/**
 * The free ranges of an endless memory, by offset, for first fit.
 *
 * They are kept in flat arrays. That is faster than a tree: taking looks at one hole after the other, at a nanosecond each,
 * and moving the holes behind one that comes or goes costs less than that. There are at most as many holes as blocks taken.
 */
export class Holes {
  readonly #begin: Float64Array;
  readonly #end: Float64Array;
  #count = 1;

  /** @param blocks that are taken at once, at most */
  constructor(blocks: number) {
    this.#begin = new Float64Array(blocks + 1);
    this.#end = new Float64Array(blocks + 1);
    this.#end[0] = Infinity;
  }

  /** How many there are, the endless one included. */
  get count(): number {
    return this.#count;
  }

  /** Takes the beginning of the lowest hole that is large enough. @returns its offset */
  take(size: number): number {
    const begin = this.#begin;
    const end = this.#end;
    let at = 0;
    while (end[at]! - begin[at]! < size) at++;
    const offset = begin[at]!;
    if (end[at] === offset + size) this.#move(at + 1, at);
    else begin[at] = offset + size;
    return offset;
  }

  /** Gives a range back that was taken. */
  release(offset: number, size: number): void {
    const begin = this.#begin;
    const end = this.#end;
    const top = offset + size;
    let above = 0;
    for (let high = this.#count; above < high;) {
      const middle = (above + high) >> 1;
      if (begin[middle]! < top) above = middle + 1;
      else high = middle;
    }
    const meetsAbove = begin[above] === top;
    if (above > 0 && end[above - 1] === offset) {
      end[above - 1] = meetsAbove ? end[above]! : top;
      if (meetsAbove) this.#move(above + 1, above);
    } else if (meetsAbove) {
      begin[above] = offset;
    } else {
      this.#move(above, above + 1);
      begin[above] = offset;
      end[above] = top;
    }
  }

  /** The holes from `from` on are at `to` from now on. */
  #move(from: number, to: number): void {
    this.#begin.copyWithin(to, from, this.#count);
    this.#end.copyWithin(to, from, this.#count);
    this.#count += to - from;
  }
}
