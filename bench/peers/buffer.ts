import { GarbageBytes } from "./garbage-bytes.ts";
import type { Peer } from "./peer.ts";

/** A fresh Buffer per block, not zeroed and not from Node's small pool; free is dropping it. */
export class BufferPeer implements Peer<Buffer> {
  readonly none: Buffer = Buffer.alloc(0);
  readonly #held: GarbageBytes = new GarbageBytes();

  alloc(size: number): Buffer {
    return Buffer.allocUnsafeSlow(size);
  }

  free(_block: Buffer): void {}

  write(block: Buffer, size: number, stride: number): void {
    for (let i = 0; i < size; i += stride) block[i] = 1;
  }

  topBytes(): number {
    return this.#held.read();
  }
}
