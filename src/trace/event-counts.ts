import type { TraceEvent } from "./event.ts";

/** The events of a trace, by their kind. */
export interface EventCounts {
  readonly events: number;
  readonly allocs: number;
  readonly frees: number;
  readonly locks: number;
  readonly unlocks: number;
  readonly marks: number;
}

/** Counts events. */
export class EventCounter {
  readonly #ops: Record<TraceEvent["op"], number> = { a: 0, f: 0, l: 0, u: 0, m: 0 };

  add(op: TraceEvent["op"]): void {
    this.#ops[op]++;
  }

  read(): EventCounts {
    const { a, f, l, u, m } = this.#ops;
    return { events: a + f + l + u + m, allocs: a, frees: f, locks: l, unlocks: u, marks: m };
  }
}
