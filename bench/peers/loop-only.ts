import type { Peer } from "./peer.ts";

/** Allocates nothing: what the loop itself costs. */
export class LoopOnlyPeer implements Peer<number> {
  readonly none = -1;

  alloc(size: number): number {
    return size;
  }

  free(_block: number): void {}
}
