import type { PlanBuffer, PlanProblem } from "./problem.ts";
import { Random } from "./random.ts";

/** Draws integers and problems; the same for the same seed. */
export class RandomProblems {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#random.next() * (to - from + 1));
  }

  oneIn(times: number): boolean {
    return this.between(1, times) === 1;
  }

  /**
   * A problem in which the same number of bytes lives at every moment, `undefined` when it came out too large: random
   * buffers over a few moments, then each moment, or some neighbouring ones together, filled to the same total.
   */
  tight(maxBuffers: number): { readonly problem: PlanProblem; readonly total: number } | undefined {
    const moments = this.between(3, 7);
    const total = this.between(4, 10);
    const totals = Array.from<number>({ length: moments }).fill(0);
    const buffers: PlanBuffer[] = [];
    for (let count = this.between(5, 10); count > 0; count--) {
      const lower = this.between(0, moments - 1);
      const upper = this.between(lower + 1, moments);
      const room = total - Math.max(...totals.slice(lower, upper));
      if (room === 0) continue;
      const size = this.between(1, Math.min(room, Math.ceil(total / 2)));
      for (let moment = lower; moment < upper; moment++) totals[moment]! += size;
      buffers.push({ id: buffers.length, lower, upper, size });
    }
    for (let lower = 0; lower < moments;) {
      let upper = lower + 1;
      while (upper < moments && totals[upper] === totals[lower] && !this.oneIn(3)) upper++;
      for (let room = total - totals[lower]!; room > 0;) {
        const size = this.oneIn(2) ? room : this.between(1, room);
        buffers.push({ id: buffers.length, lower, upper, size });
        room -= size;
      }
      lower = upper;
    }
    return buffers.length <= maxBuffers ? { problem: { buffers }, total } : undefined;
  }

  /** A rectangle of moments and bytes, cut at random into buffers: they fit into its height without a gap. */
  planted(
    target: number,
    moments: number = this.between(6, 20),
    height: number = this.between(10, 40),
  ): { readonly problem: PlanProblem; readonly height: number } {
    const pieces = [{ lower: 0, upper: moments, bottom: 0, top: height }];
    for (let tries = 0; tries < 10 * target && pieces.length < target; tries++) {
      const index = this.between(0, pieces.length - 1);
      const piece = pieces[index]!;
      if (this.oneIn(2)) {
        if (piece.upper - piece.lower < 2) continue;
        const cut = this.between(piece.lower + 1, piece.upper - 1);
        pieces.splice(index, 1, { ...piece, upper: cut }, { ...piece, lower: cut });
      } else {
        if (piece.top - piece.bottom < 2) continue;
        const cut = this.between(piece.bottom + 1, piece.top - 1);
        pieces.splice(index, 1, { ...piece, top: cut }, { ...piece, bottom: cut });
      }
    }
    const buffers = pieces.map(({ lower, upper, bottom, top }, id) => ({ id, lower, upper, size: top - bottom }));
    return { problem: { buffers }, height };
  }

  /** Buffers without any rule, some of them empty. */
  loose(count: number, moments: number, maxSize: number): PlanProblem {
    const buffers = Array.from({ length: count }, (_, id) => {
      const lower = this.between(-moments, moments - 1);
      const upper = Math.min(moments, lower + this.between(1, this.oneIn(4) ? moments : 5));
      return { id, lower, upper, size: this.oneIn(10) ? 0 : this.between(1, maxSize) };
    });
    return { buffers };
  }
}
