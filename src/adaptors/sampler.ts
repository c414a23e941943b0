import { describe, optionRangeError } from "../errors.ts";

/**
 * Says which allocations are looked at: on average every n-th, the gaps between them drawn from 1 to 2n - 1. Programs
 * allocate in rounds, and a fixed gap that has a factor in common with the round would never see some of its blocks.
 * The same seed draws the same gaps.
 */
export class Sampler {
  readonly every: number;
  #state: number;

  /** @throws {RangeError} with code `ERR_OPTIONS` when `every` is no integer from 1 to 2^30 */
  constructor(every: number, seed: number) {
    if (!Number.isSafeInteger(every) || every < 1 || every > 2 ** 30) {
      throw optionRangeError(
        `sample must be an integer from 1 (every block) to 2^30, not ${describe(every)}. For one in 1000, give 1000.`,
      );
    }
    this.every = every;
    // Marsaglia's xorshift never leaves 0.
    this.#state = seed | 0 || 0x2545_f491;
    // Seeds that are alike draw alike at first.
    for (let i = 0; i < 8; i++) this.gap();
  }

  /** How many allocations further the next one to look at is: 1 is the very next. */
  gap(): number {
    if (this.every === 1) return 1;
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return 1 + ((state >>> 0) % (2 * this.every - 1));
  }
}
