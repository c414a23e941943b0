/**
 * A recorded run with a place for each of its blocks: what a planned allocator replays.
 *
 * Blocks that the run did not free get no place. They outlive it, and the next run must find all places empty.
 */
import { alignUp } from "../heap/granule.ts";
import { planSync } from "./plan.ts";
import type { PlanBuffer } from "./problem.ts";
import { END, EVENT_WORDS, WITHOUT_PLACE } from "./tape-layout.ts";

/** First fit reaches the bound on nearly every recorded run; the others are worth a short search, the same everywhere. */
const BUDGET = { maxNodes: 4000, timeoutMs: 2000 };

export class RunPlan {
  /** The run as it was recorded (run-recorder.ts). */
  readonly recorded: Int32Array;
  /**
   * The run as it is replayed, two words an event, so that a call finds in one place what is expected and what to do.
   * An allocation is its size and its slot, without a place its size plus {@link WITHOUT_PLACE} and its step; a free is its
   * slot inverted and 0. {@link END} stands behind the last. There are slots in it from {@link bind} on.
   */
  readonly tape: Int32Array;
  /** For each step, the bytes that were asked for. */
  readonly sizes: Int32Array;
  /** For each step, bytes from the start of the plan's memory; -1: no place. */
  readonly offsets: Float64Array;
  /** Bytes that the plan's memory needs. */
  readonly height: number;
  /** The most bytes that are live at once, each block rounded up to 64: no plan is lower. */
  readonly lowerBound: number;
  /** Bytes and blocks with a place that are live after so many events. */
  readonly liveBytes: Float64Array;
  readonly liveCount: Int32Array;
  /** The same along the whole run: the most at once, and all together. */
  peakBytes = 0;
  peakCount = 0;
  totalBytes = 0;
  totalCount = 0;
  /** Views of the blocks in the memory of {@link epoch}. */
  readonly views: (Uint8Array | undefined)[];
  /** Which memory the views are of. */
  epoch = 0;
  #isBound = false;

  /** @param recorded is copied */
  constructor(recorded: Int32Array) {
    this.recorded = recorded.slice();
    const buffers = buffersOf(recorded);
    const placed = buffers.filter(({ upper }) => upper !== Infinity);
    const { offsets, height, lowerBound } = planSync({ buffers: placed }, BUDGET);
    this.height = height;
    this.lowerBound = lowerBound;
    this.sizes = Int32Array.from(buffers, ({ bytes }) => bytes);
    this.offsets = new Float64Array(buffers.length).fill(-1);
    for (const [i, { id }] of placed.entries()) this.offsets[id] = offsets[i]!;
    this.views = Array.from({ length: buffers.length });

    this.tape = new Int32Array((recorded.length + 1) * EVENT_WORDS);
    this.liveBytes = new Float64Array(recorded.length + 1);
    this.liveCount = new Int32Array(recorded.length + 1);
    this.#layOut();
  }

  /** Allocations. */
  get steps(): number {
    return this.sizes.length;
  }

  /** Writes the tape, once. @param slots for each step the address of its slot, from 1; the same each time */
  bind(slots: Int32Array): void {
    if (this.#isBound) return;
    this.#isBound = true;
    const { tape, recorded } = this;
    let next = 0;
    for (const [i, event] of recorded.entries()) {
      const at = i * EVENT_WORDS;
      const step = event >= 0 ? next++ : ~event;
      const hasPlace = this.offsets[step]! >= 0;
      if (event < 0) tape[at] = ~slots[step]!;
      else tape[at] = hasPlace ? event : event + WITHOUT_PLACE;
      if (event >= 0) tape[at + 1] = hasPlace ? slots[step]! : step;
    }
    tape[recorded.length * EVENT_WORDS] = END;
  }

  /** Whether the event allocates a block that has a place. */
  allocatesPlace(event: number): boolean {
    const size = this.recorded[event]!;
    return size >= 0 && this.tape[event * EVENT_WORDS] === size;
  }

  #layOut(): void {
    let [bytes, count, next] = [0, 0, 0];
    for (const [i, event] of this.recorded.entries()) {
      const step = event >= 0 ? next++ : ~event;
      const hasPlace = this.offsets[step]! >= 0;
      if (hasPlace) {
        bytes += event >= 0 ? this.sizes[step]! : -this.sizes[step]!;
        count += event >= 0 ? 1 : -1;
        this.totalBytes += Math.max(event, 0);
        this.totalCount += event >= 0 ? 1 : 0;
      }
      this.liveBytes[i + 1] = bytes;
      this.liveCount[i + 1] = count;
      this.peakBytes = Math.max(this.peakBytes, bytes);
      this.peakCount = Math.max(this.peakCount, count);
    }
  }
}

/** A block of the run: its id is its step, its lifetime is counted in events, without end when it outlives the run. */
interface StepBuffer extends PlanBuffer {
  readonly id: number;
  readonly bytes: number;
  upper: number;
}

function buffersOf(events: Int32Array): StepBuffer[] {
  const buffers: StepBuffer[] = [];
  for (const [moment, event] of events.entries()) {
    if (event < 0) buffers[~event]!.upper = moment;
    else buffers.push({ id: buffers.length, bytes: event, size: alignUp(event), lower: moment, upper: Infinity });
  }
  return buffers;
}
