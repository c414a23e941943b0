/**
 * A second look at a peer, apart from the timed passes since looking costs time: how long single calls take, and how
 * much memory the peer has in use.
 */
import type { Peer } from "../peers/peer.ts";
import { percentile } from "./statistics.ts";

const MAX_SAMPLES = 2 ** 17;
/** Below this, the 99th percentile would be the worst of a few calls. */
const MIN_SAMPLES = 200;

/** Stands in front of a peer and watches. */
export class Probe implements Peer<unknown> {
  readonly none: unknown;
  /** The most bytes in use so far; `null` for a peer that does not tell. */
  footprintBytes: number | null = null;
  readonly #peer: Peer<unknown>;
  readonly #samples: Float64Array = new Float64Array(MAX_SAMPLES);
  #count = 0;

  constructor(peer: Peer<unknown>) {
    this.none = peer.none;
    this.#peer = peer;
  }

  alloc(size: number): unknown {
    const start = performance.now();
    const block = this.#peer.alloc(size);
    this.#record(performance.now() - start);
    this.#look(block, size);
    return block;
  }

  free(block: unknown): void {
    const start = performance.now();
    this.#peer.free(block);
    this.#record(performance.now() - start);
  }

  /** Its time is added to the alloc's before it. */
  write(block: unknown, size: number, stride: number): void {
    const start = performance.now();
    this.#peer.write(block, size, stride);
    const ms = performance.now() - start;
    if (this.#count > 0 && this.#count < MAX_SAMPLES) this.#samples[this.#count - 1]! += ms;
  }

  beginRun(): void {
    this.#peer.beginRun?.();
  }

  endRun(): void {
    this.#peer.endRun?.();
  }

  /** Nanoseconds that 99 of 100 calls stay within; `null` when too few were seen. */
  p99Ns(): number | null {
    if (this.#count < MIN_SAMPLES) return null;
    return percentile(this.#samples.subarray(0, this.#count), 0.99) * 1e6;
  }

  #record(ms: number): void {
    if (this.#count < MAX_SAMPLES) this.#samples[this.#count++] = ms;
  }

  #look(block: unknown, size: number): void {
    const told = this.#peer;
    const end = (): number | undefined => {
      const offset = told.offsetOf?.(block);
      return offset === undefined ? undefined : offset + size;
    };
    const bytes = told.highWaterBytes?.() ?? told.topBytes?.() ?? end();
    if (bytes === undefined) return;
    this.footprintBytes = Math.max(this.footprintBytes ?? 0, bytes);
  }
}
