import { createRandom, logUniformSize } from "../lib/random.ts";
import { EventsBuilder } from "./events-builder.ts";
import { Program } from "./program.ts";

/** Shape of the workloads with a fixed number of live blocks; sizes in bytes, log-uniform. */
export interface LiveSetOptions {
  /** Blocks alive at any time. */
  readonly liveCount: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly seed: number;
}

/** Shape of a {@link randomReplacement}. */
export interface RandomReplacementOptions extends LiveSetOptions {
  /** Replacements before the sequence repeats; a multiple of `stepsPerPass`. */
  readonly steps?: number;
  readonly stepsPerPass?: number;
}

/** A fixed number of live blocks, of which a random one is freed and replaced by one of another random size. */
export function randomReplacement(options: RandomReplacementOptions): Program {
  const { liveCount, minBytes, maxBytes, seed, steps = 32_768, stepsPerPass = 2_048 } = options;
  const random = createRandom(seed);
  const events = new EventsBuilder();
  for (let slot = 0; slot < liveCount; slot++) events.alloc(slot, logUniformSize(random, minBytes, maxBytes));
  for (let step = 0; step < steps; step++) {
    const slot = Math.floor(random() * liveCount);
    events.free(slot);
    events.alloc(slot, logUniformSize(random, minBytes, maxBytes));
  }
  return new Program(events.build(), { setUp: liveCount, eventsPerPass: 2 * stepsPerPass });
}
