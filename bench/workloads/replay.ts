import type { Trace } from "../lib/trace.ts";
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "./workload.ts";

/** A recorded trace, from its first event to its last; one pass is one whole replay. */
export class Replay implements Workload {
  readonly peakBytes: number;
  readonly pairsPerPass: number;
  readonly passesPerCycle = 1;
  readonly #trace: Trace;
  #slots: unknown[] = [];

  constructor(trace: Trace) {
    this.peakBytes = trace.peakBytes;
    this.pairsPerPass = trace.pairs;
    this.#trace = trace;
  }

  prepare(peer: Peer<unknown>): void {
    this.#slots = Array.from({ length: this.#trace.slotCount }, () => peer.none);
  }

  pass(peer: Peer<unknown>): void {
    const { slots: slotOf, sizes } = this.#trace;
    const slots = this.#slots;
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i]!;
      const slot = slotOf[i]!;
      if (size >= 0) {
        slots[slot] = peer.alloc(size);
      } else {
        peer.free(slots[slot]);
        slots[slot] = peer.none;
      }
    }
  }
}
