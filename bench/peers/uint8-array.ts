import { GarbageBytes } from "./garbage-bytes.ts";
import type { Peer } from "./peer.ts";

/** A fresh zeroed array per block; free is dropping it. */
export class Uint8ArrayPeer implements Peer<Uint8Array> {
  readonly none: Uint8Array = new Uint8Array(0);
  readonly #held: GarbageBytes = new GarbageBytes();

  alloc(size: number): Uint8Array {
    return new Uint8Array(size);
  }

  free(_block: Uint8Array): void {}

  write(block: Uint8Array, size: number, stride: number): void {
    for (let i = 0; i < size; i += stride) block[i] = 1;
  }

  topBytes(): number {
    return this.#held.read();
  }
}
