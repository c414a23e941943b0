import type { LockOp } from "../allocator.ts";
import type { Block } from "./block.ts";
import { unwatch, watch } from "./reclaim.ts";
import type { Reclaimable } from "./reclaim.ts";
import { Window } from "./window.ts";

/**
 * What one blob holds of a block, from a byte of it on: a share, and the locks of its open maps. The share ends when the
 * blob has dropped it and the last map is closed, in any order.
 *
 * A map references its blob. So when a blob is collected, its maps are out of reach as well, and {@link reclaim} may
 * close them all.
 */
export class Holding implements Reclaimable {
  readonly #block: Block;
  readonly #byteOffset: number;
  /** Bytes from its first one on that are the owner's to use. */
  readonly capacity: number;
  readonly window: Window;
  #openMaps = 0;
  #isDropped = false;

  /**
   * Takes over the caller's share of `block`, to be given back by the collector should `owner` be forgotten.
   *
   * @param capacity Default: all bytes from `byteOffset` to the end of the block
   */
  constructor(owner: object, block: Block, byteOffset = 0, capacity: number = block.byteSize - byteOffset) {
    this.#block = block;
    this.#byteOffset = byteOffset;
    this.capacity = capacity;
    this.window = new Window(byteOffset);
    watch(owner, this);
  }

  /** Another owner's holding of the same block, from `byteOffset` bytes further on. It outlives this one. */
  share(owner: object, byteOffset: number): Holding {
    return new Holding(owner, this.#block.retain(), this.#byteOffset + byteOffset);
  }

  get openMaps(): number {
    return this.#openMaps;
  }

  /** Opens a map. Throws what the allocator's `lock` throws, and then holds nothing more than before. */
  lock(op: LockOp): Uint8Array {
    const view = this.#block.lock(op);
    this.#openMaps++;
    return view;
  }

  /** Closes a map. Throws what the allocator's `unlock` throws; the map is closed all the same. */
  unlock(): void {
    this.#openMaps--;
    try {
      this.#block.unlock();
    } finally {
      this.#settle();
    }
  }

  /** Ends the blob's own interest. */
  drop(): void {
    this.#isDropped = true;
    this.#settle();
  }

  reclaim(): number | undefined {
    for (; this.#openMaps > 0; this.#openMaps--) {
      try {
        this.#block.unlock();
      } catch {
        // The allocator is disposed or broken. There is nobody to tell: an error here would end the process.
      }
    }
    return this.#block.reclaim();
  }

  #settle(): void {
    if (!this.#isDropped || this.#openMaps > 0) return;
    unwatch(this);
    this.#block.release();
  }
}
