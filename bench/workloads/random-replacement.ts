import { createRandom, logUniformSize } from "../lib/random.ts";
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "./workload.ts";

/** Shape of a {@link RandomReplacement}; sizes in bytes. */
export interface RandomReplacementOptions {
  /** Blocks alive at any time. */
  readonly liveCount: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly seed: number;
  /** Replacements before the sequence repeats; a multiple of `stepsPerPass`. */
  readonly steps?: number;
  readonly stepsPerPass?: number;
}

/** A fixed number of live blocks, of which a random one is freed and replaced by one of another random size. */
export class RandomReplacement implements Workload {
  readonly peakBytes: number;
  readonly pairsPerPass: number;
  readonly passesPerCycle: number;
  readonly #initial: Int32Array;
  readonly #slotOf: Int32Array;
  readonly #sizes: Int32Array;
  #slots: unknown[] = [];
  #cursor = 0;

  constructor(options: RandomReplacementOptions) {
    const { liveCount, minBytes, maxBytes, seed, steps = 32_768, stepsPerPass = 2_048 } = options;
    if (steps % stepsPerPass !== 0) throw new RangeError(`${steps} steps are no multiple of ${stepsPerPass}.`);
    const random = createRandom(seed);
    const draw = (): number => logUniformSize(random, minBytes, maxBytes);
    this.#initial = new Int32Array(liveCount).map(draw);
    this.#slotOf = new Int32Array(steps).map(() => Math.floor(random() * liveCount));
    this.#sizes = new Int32Array(steps).map(draw);
    this.pairsPerPass = stepsPerPass;
    this.passesPerCycle = steps / stepsPerPass;
    this.peakBytes = this.#measurePeak();
  }

  prepare(peer: Peer<unknown>): void {
    this.#slots = Array.from(this.#initial, (size) => peer.alloc(size));
  }

  pass(peer: Peer<unknown>): void {
    const slotOf = this.#slotOf;
    const sizes = this.#sizes;
    const slots = this.#slots;
    const end = this.#cursor + this.pairsPerPass;
    for (let i = this.#cursor; i < end; i++) {
      const slot = slotOf[i]!;
      peer.free(slots[slot]);
      slots[slot] = peer.none;
      slots[slot] = peer.alloc(sizes[i]!);
    }
    this.#cursor = end === sizes.length ? 0 : end;
  }

  /** Two cycles: the second starts from what the first left, as does every later one. */
  #measurePeak(): number {
    const current = this.#initial.slice();
    let liveBytes = current.reduce((sum, size) => sum + size, 0);
    let peak = liveBytes;
    for (let i = 0; i < 2 * this.#sizes.length; i++) {
      const step = i % this.#sizes.length;
      const slot = this.#slotOf[step]!;
      liveBytes += this.#sizes[step]! - current[slot]!;
      current[slot] = this.#sizes[step]!;
      peak = Math.max(peak, liveBytes);
    }
    return peak;
  }
}
