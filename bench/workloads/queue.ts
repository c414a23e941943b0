import { createRandom, logUniformSize } from "../lib/random.ts";
import { EventsBuilder } from "./events-builder.ts";
import { Program } from "./program.ts";
import type { LiveSetOptions } from "./random-replacement.ts";

/** FIFO: with `liveCount` blocks alive, frees the oldest and allocates another, `rounds` times through the queue. */
export function queue({
  liveCount,
  minBytes,
  maxBytes,
  seed,
  rounds = 16,
}: LiveSetOptions & { rounds?: number }): Program {
  const random = createRandom(seed);
  const events = new EventsBuilder();
  for (let slot = 0; slot < liveCount; slot++) events.alloc(slot, logUniformSize(random, minBytes, maxBytes));
  for (let round = 0; round < rounds; round++) {
    for (let slot = 0; slot < liveCount; slot++) {
      events.free(slot);
      events.alloc(slot, logUniformSize(random, minBytes, maxBytes));
    }
  }
  return new Program(events.build(), { setUp: liveCount, eventsPerPass: 2 * liveCount });
}
