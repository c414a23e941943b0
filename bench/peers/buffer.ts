import type { Peer } from "./peer.ts";

/** A fresh Buffer per block, not zeroed and not from Node's small pool; free is dropping it. */
export class BufferPeer implements Peer<Buffer> {
  readonly none: Buffer = Buffer.alloc(0);

  alloc(size: number): Buffer {
    return Buffer.allocUnsafeSlow(size);
  }

  free(_block: Buffer): void {}
}
