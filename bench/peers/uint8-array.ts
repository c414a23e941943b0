import type { Peer } from "./peer.ts";

/** A fresh zeroed array per block; free is dropping it. */
export class Uint8ArrayPeer implements Peer<Uint8Array> {
  readonly none: Uint8Array = new Uint8Array(0);

  alloc(size: number): Uint8Array {
    return new Uint8Array(size);
  }

  free(_block: Uint8Array): void {}
}
