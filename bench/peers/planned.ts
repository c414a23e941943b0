import { PlannedAllocator } from "tensorheap";
import type { Handle } from "tensorheap";
import type { Peer } from "./peer.ts";

/** `PlannedAllocator` over a default heap. Records the first run; the runs that are measured are replayed. */
export class PlannedPeer implements Peer<Handle> {
  readonly none: Handle = -1 as Handle;
  readonly #planned: PlannedAllocator = new PlannedAllocator();

  alloc(size: number): Handle {
    return this.#planned.alloc(size);
  }

  free(block: Handle): void {
    if (!this.#planned.free(block)) throw new Error(`PlannedAllocator refused to free ${block}.`);
  }

  write(block: Handle, size: number, stride: number): void {
    const bytes = this.#planned.lock(block);
    for (let i = 0; i < size; i += stride) bytes[i] = 1;
    this.#planned.unlock(block);
  }

  beginRun(): void {
    this.#planned.beginRun();
  }

  endRun(): void {
    this.#planned.endRun();
  }

  highWaterBytes(): number {
    // What was never planned came from the heap below.
    return this.#planned.report().plannedBytes || this.#planned.stats().footprintBytes;
  }
}
