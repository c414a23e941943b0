import type { AllocatorStats } from "../allocator.ts";

/** Three numbers of one quantity. */
export interface Tally {
  /** Live now. */
  readonly current: number;
  /** The most that was live at once. */
  readonly peak: number;
  /** Everything ever, freed or not. */
  readonly total: number;
}

/** What was allocated: its bytes, as they were asked for, and its blocks. */
export interface Statistics {
  readonly bytes: Tally;
  readonly count: Tally;
}

/** Counts blocks that come and go. */
export class Meter {
  peakBytes = 0;
  peakCount = 0;
  #bytes = 0;
  #count = 0;
  #totalBytes = 0;
  #totalCount = 0;

  /** A block came. */
  add(size: number): void {
    const bytes = this.#bytes + size;
    const count = this.#count + 1;
    this.#bytes = bytes;
    this.#count = count;
    this.#totalBytes += size;
    this.#totalCount++;
    if (bytes > this.peakBytes) this.peakBytes = bytes;
    if (count > this.peakCount) this.peakCount = count;
  }

  /** A block went. */
  remove(size: number): void {
    this.#bytes -= size;
    this.#count--;
  }

  /** From now on, the peak is what is live now, or more. */
  resetPeak(): void {
    this.peakBytes = this.#bytes;
    this.peakCount = this.#count;
  }

  /** The numbers as an allocator's `stats` has them. */
  stats(): Pick<AllocatorStats, "liveBytes" | "liveCount" | "peakBytes" | "peakCount" | "totalBytes" | "totalCount"> {
    const { peakBytes, peakCount } = this;
    return {
      liveBytes: this.#bytes,
      liveCount: this.#count,
      peakBytes,
      peakCount,
      totalBytes: this.#totalBytes,
      totalCount: this.#totalCount,
    };
  }

  /** A copy of the numbers as they are now. */
  read(): Statistics {
    return {
      bytes: { current: this.#bytes, peak: this.peakBytes, total: this.#totalBytes },
      count: { current: this.#count, peak: this.peakCount, total: this.#totalCount },
    };
  }
}
