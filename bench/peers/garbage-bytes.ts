/** How many calls share one look at the runtime, which takes microseconds. */
const CALLS_PER_LOOK = 16;

/**
 * Bytes of array buffers that the runtime holds beyond those it held at the start: the live ones, and those that were
 * dropped and not collected yet. Looked at in every 16th call.
 */
export class GarbageBytes {
  readonly #base: number = process.memoryUsage().arrayBuffers;
  #calls = 0;

  read(): number {
    if (this.#calls++ % CALLS_PER_LOOK !== 0) return 0;
    return Math.max(0, process.memoryUsage().arrayBuffers - this.#base);
  }
}
