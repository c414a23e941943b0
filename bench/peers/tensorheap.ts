import { HeapAllocator } from "tensorheap";
import type { Handle } from "tensorheap";
import type { Peer } from "./peer.ts";

/** `HeapAllocator` with its default options. */
export class TensorHeapPeer implements Peer<Handle> {
  readonly none: Handle = -1 as Handle;
  readonly #heap: HeapAllocator = new HeapAllocator();

  alloc(size: number): Handle {
    return this.#heap.alloc(size);
  }

  free(block: Handle): void {
    if (!this.#heap.free(block)) throw new Error(`HeapAllocator refused to free ${block}.`);
  }

  write(block: Handle, size: number, stride: number): void {
    const bytes = this.#heap.lock(block);
    for (let i = 0; i < size; i += stride) bytes[i] = 1;
    this.#heap.unlock(block);
  }

  highWaterBytes(): number {
    return this.#heap.stats().footprintBytes;
  }
}
