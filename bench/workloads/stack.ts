import { createRandom, logUniformSize } from "../lib/random.ts";
import { EventsBuilder } from "./events-builder.ts";
import { Program } from "./program.ts";
import type { LiveSetOptions } from "./random-replacement.ts";

/** LIFO: allocates `liveCount` blocks, then frees them, the newest first. */
export function stack({ liveCount, minBytes, maxBytes, seed }: LiveSetOptions): Program {
  const random = createRandom(seed);
  const events = new EventsBuilder();
  for (let slot = 0; slot < liveCount; slot++) events.alloc(slot, logUniformSize(random, minBytes, maxBytes));
  for (let slot = liveCount - 1; slot >= 0; slot--) events.free(slot);
  return new Program(events.build());
}
