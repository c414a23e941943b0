import { MemPool } from "@thi.ng/malloc";
import type { Peer, PeerOptions } from "./peer.ts";

/** Room for three times the peak and a little more: the pool cannot grow, and must not fail for want of room. */
function poolBytes(peakBytes: number): number {
  return Math.ceil((3 * peakBytes + 2 ** 20) / 8) * 8;
}

/** Opens the pool's top address, which is protected. */
class Pool extends MemPool {
  get topAddress(): number {
    return this.top;
  }
}

/** `MemPool` with its default options over a buffer made beforehand. */
export class ThingMallocPeer implements Peer<number> {
  readonly none = 0;
  readonly #pool: Pool;
  readonly #bytes: Uint8Array;

  constructor(options: PeerOptions) {
    const buf = new ArrayBuffer(poolBytes(options.peakBytes));
    this.#bytes = new Uint8Array(buf);
    this.#pool = new Pool({ buf });
  }

  alloc(size: number): number {
    const address = this.#pool.malloc(size);
    if (address === 0) throw new Error(`MemPool refused ${size} bytes.`);
    return address;
  }

  free(block: number): void {
    if (!this.#pool.free(block)) throw new Error(`MemPool refused to free ${block}.`);
  }

  write(block: number, size: number, stride: number): void {
    const bytes = this.#bytes;
    const end = block + size;
    for (let i = block; i < end; i += stride) bytes[i] = 1;
  }

  topBytes(): number {
    return this.#pool.topAddress;
  }
}
