import type { Peer } from "./peer.ts";

/** Allocates nothing: what the loop itself costs. In the writing modes it writes to one buffer, again and again. */
export class LoopOnlyPeer implements Peer<number> {
  readonly none = -1;
  readonly #bytes: Uint8Array = new Uint8Array(1);

  alloc(size: number): number {
    return size;
  }

  free(_block: number): void {}

  write(_block: number, size: number, stride: number): void {
    for (let i = 0; i < size; i += stride) this.#bytes[0] = 1;
  }
}
