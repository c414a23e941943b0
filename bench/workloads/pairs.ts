import type { Peer } from "../peers/peer.ts";
import type { Workload } from "./workload.ts";

/** One block of one size, allocated and freed at once: the shortest way through an allocator. */
export class Pairs implements Workload {
  readonly peakBytes: number;
  readonly pairsPerPass: number;
  readonly passesPerCycle = 1;
  readonly #sizes: Int32Array;
  readonly #slots: unknown[] = [];

  constructor(size: number, pairsPerPass: number = 1_024) {
    this.peakBytes = size;
    this.pairsPerPass = pairsPerPass;
    this.#sizes = new Int32Array(pairsPerPass).fill(size);
  }

  prepare(peer: Peer<unknown>): void {
    this.#slots.push(peer.none);
  }

  pass(peer: Peer<unknown>): void {
    const sizes = this.#sizes;
    const slots = this.#slots;
    for (let i = 0; i < sizes.length; i++) {
      slots[0] = peer.alloc(sizes[i]!);
      peer.free(slots[0]);
    }
    slots[0] = peer.none;
  }
}
