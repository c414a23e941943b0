import type { Handle } from "../../allocator.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { ReplayCall } from "../../trace/replay-program.ts";
import type { ReplayProgram } from "../../trace/replay-program.ts";
import type { ReplayTarget } from "./replay-target.ts";

/** What a sample takes at least, so that the clock does not matter; and what the samples of a target take in all, about. */
const SAMPLE_MS = 20;
const BUDGET_MS = 2000;
/** Enough for the compiler to have seen the loop. */
const WARM_UP_MS = 150;

/** Takes the time of a trace's allocations and frees on one target. Locks are left out. */
export class ReplayTimer {
  readonly #target: ReplayTarget;
  readonly #program: ReplayProgram;
  readonly #handles: Int32Array;
  readonly #samples: number[] = [];
  readonly #pairs: number;
  #passes = 1;
  #spentMs = 0;

  /** @param program laid out without locks */
  constructor(target: ReplayTarget, program: ReplayProgram) {
    this.#target = target;
    this.#program = program;
    this.#handles = new Int32Array(program.slotCount);
    this.#pairs = program.calls.length / 2;
  }

  /** Nanoseconds of an allocation with its free, one per sample, in the order they were taken. */
  get samples(): readonly number[] {
    return this.#samples;
  }

  /** Whether another sample would take longer than the samples of a target should. One is always taken. */
  get isOverBudget(): boolean {
    return this.#samples.length > 0 && this.#spentMs > BUDGET_MS;
  }

  /** Lets the compiler see the loop, and finds out how many passes a sample needs. */
  warmUp(): void {
    let ms = 0;
    let passes = 0;
    let last = 0;
    while (ms < WARM_UP_MS) {
      last = this.#time(1);
      ms += last;
      passes++;
    }
    this.#passes = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(ms / passes, 1e-6)));
    // One pass that takes so long has warmed itself up, and counts.
    if (passes === 1) this.#add(last, 1);
  }

  sample(): void {
    this.#add(this.#time(this.#passes), this.#passes);
  }

  #add(ms: number, passes: number): void {
    this.#spentMs += ms;
    this.#samples.push((ms * 1e6) / (passes * Math.max(1, this.#pairs)));
  }

  #time(passes: number): number {
    const start = performance.now();
    for (let pass = 0; pass < passes; pass++) {
      this.#target.beginRun();
      this.#pass();
      this.#target.endRun();
    }
    return performance.now() - start;
  }

  #pass(): void {
    const { calls, slots, sizes } = this.#program;
    const { allocator } = this.#target;
    const handles = this.#handles;
    for (let index = 0; index < calls.length; index++) {
      const slot = slots[index]!;
      if (calls[index] !== ReplayCall.ALLOC) {
        // Of a block that was refused there is nothing to free.
        if (handles[slot] !== REFUSED) allocator.free(handles[slot] as Handle);
        continue;
      }
      try {
        handles[slot] = allocator.alloc(sizes[index]!);
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        handles[slot] = REFUSED;
      }
    }
  }
}

/** No handle is negative. */
const REFUSED = -1;
