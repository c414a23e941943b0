import { EventsBuilder } from "./events-builder.ts";
import { Program } from "./program.ts";

/** One block of one size, allocated and freed at once: the shortest way through an allocator. */
export function pairs(size: number, pairsPerPass: number = 1_024): Program {
  const events = new EventsBuilder();
  for (let i = 0; i < pairsPerPass; i++) {
    events.alloc(0, size);
    events.free(0);
  }
  return new Program(events.build());
}
