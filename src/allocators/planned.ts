import type { AllocatorStats, Handle, IAllocator, IPooledAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { BlobError, InvalidHandleError, LockError, OutOfMemoryError, assertSize, describe } from "../errors.ts";
import { INDEX_MASK, nextHandle } from "../heap/handle.ts";
import { BELOW, LOCKS, PLANNED, RUN, SLOT_WORDS, STEP } from "../heap/planned-layout.ts";
import { PlannedSlots } from "../heap/planned-slots.ts";
import { PlanLibrary } from "../plan/plan-library.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import { RunRecorder } from "../plan/run-recorder.ts";
import { END, EVENT_WORDS, WITHOUT_PLACE } from "../plan/tape-layout.ts";
import { HeapAllocator } from "./heap.ts";
import { isAllocator, isPooledAllocator } from "./is-allocator.ts";
import { assertLockOp } from "./lock-op.ts";
import { checkPlanned } from "./planned/check-planned.ts";
import { PlanMemory } from "./planned/plan-memory.ts";
import { PlannedMeter } from "./planned/planned-meter.ts";

/** How a {@link PlannedAllocator} is made. */
export interface PlannedOptions {
  /** Plans to keep, one per recorded run; the one unused for longest goes first. Default: 16. */
  readonly maxPlans?: number;
  /** Allocations and frees of a run, at most; a longer one is not planned. Default: 262,144. */
  readonly maxEvents?: number;
}

/** What a planned allocator did so far. */
export interface PlannedReport {
  /** Runs that ended. */
  readonly runs: number;
  /** Runs that a plan served from the first call to the last. */
  readonly hits: number;
  /** Runs that left their plan, or ended before it did. */
  readonly divergences: number;
  /** Runs that were planned. */
  readonly plans: number;
  /** Height of the highest plan that is kept, in bytes: the memory that all plans share. */
  readonly plannedBytes: number;
  /** The least that any plan of that run could have: the most bytes live at once, in blocks of 64. */
  readonly lowerBoundBytes: number;
}

const NAME = "PlannedAllocator";
/** What is replayed while nothing is: no size and no inverted slot equals it. */
const NOTHING: Int32Array = Int32Array.of(END);
const NO_EVENTS: Int32Array = new Int32Array(0);

/**
 * Serves a run that repeats from a plan made offline. Inference allocates the same sizes in the same order each time;
 * here, `alloc` is then a step along the plan, `free` a comparison, and nothing is ever fragmented.
 *
 * A run between {@link beginRun} and {@link endRun} is recorded, planned, and replayed from then on. Where those are
 * never called, a run begins with the first `alloc` after the last run and ends when all of its own blocks are freed; it
 * is planned when the very same run was seen twice.
 *
 * - A run that leaves its plan (another size, another order, more blocks) is served from the allocator below from that
 *   point on, and planned as another run when it ends. So there is one plan per shape of the input.
 * - Blocks that outlive their run come from below, as does everything outside of runs. While a block is live that should
 *   not have outlived its run, no plan is used.
 * - All plans share one block of the allocator below, locked for as long as it is held; {@link trim} gives it back.
 * - A plan is made when its run ends: milliseconds for hundreds of blocks, two seconds at the very most.
 *
 * @example
 * const planned = new PlannedAllocator(new HeapAllocator());
 * for (const frame of frames) {
 *   planned.beginRun();
 *   infer(frame, planned);
 *   planned.endRun();
 * }
 */
export class PlannedAllocator implements IPooledAllocator {
  readonly #below: IAllocator;
  readonly #memory: PlanMemory;
  readonly #slots: PlannedSlots = new PlannedSlots();
  readonly #meter: PlannedMeter = new PlannedMeter();
  readonly #library: PlanLibrary;
  readonly #recorder: RunRecorder;
  #lockedCount = 0;
  #runs = 0;
  #hits = 0;
  #divergences = 0;

  /** The plan whose places are in use, or were last. */
  #plan: RunPlan | undefined;
  /** Its tape while it is replayed, else {@link NOTHING}. */
  #tape: Int32Array = NOTHING;
  /** Where the next event stands on the tape, and up to which event the meter has counted. */
  #cursor = 0;
  #counted = 0;
  /** Places in use while nothing is replayed. */
  #stragglers = 0;

  /** The number of the run under way, or of the last one; and the one whose blocks have places. */
  #run = 0;
  #planRun = 0;
  #key: unknown = undefined;
  #isInRun = false;
  /** Since the first `beginRun`. */
  #isExplicit = false;

  /**
   * @param below where recorded runs, blocks that outlive their run, and the memory of the plans come from
   * @throws {BlobError} when it is no allocator
   * @throws {RangeError} when an option is no integer from 1
   */
  constructor(below: IAllocator = new HeapAllocator(), options: PlannedOptions = {}) {
    if (!isAllocator(below)) {
      throw new BlobError(`${NAME} needs an allocator below it, not ${describe(below)}. Give it a HeapAllocator.`);
    }
    this.#below = below;
    this.#memory = new PlanMemory(below);
    this.#library = new PlanLibrary(countOption("maxPlans", options.maxPlans ?? 16));
    this.#recorder = new RunRecorder(countOption("maxEvents", options.maxEvents ?? 2 ** 18));
  }

  /**
   * Begins a run.
   *
   * @param key names the kind of run, where two kinds begin with the same size: the shape of the input, say
   * @throws {BlobError} when a run is under way
   */
  beginRun(key?: unknown): void {
    if (this.#isInRun && this.#isExplicit) {
      throw new BlobError(`${NAME}.beginRun: a run is under way. End it with endRun first.`);
    }
    if (this.#isInRun) this.#finish();
    this.#isExplicit = true;
    this.#begin(key);
  }

  /** Ends the run; one that was not replayed to its end is planned now. @throws {BlobError} when none is under way */
  endRun(): void {
    if (!this.#isInRun || !this.#isExplicit) {
      throw new BlobError(`${NAME}.endRun: no run is under way. Begin one with beginRun first.`);
    }
    this.#finish();
  }

  /** What it did so far. */
  report(): PlannedReport {
    const highest = this.#library.highest;
    return {
      runs: this.#runs,
      hits: this.#hits,
      divergences: this.#divergences,
      plans: this.#library.made,
      plannedBytes: highest?.height ?? 0,
      lowerBoundBytes: highest?.lowerBound ?? 0,
    };
  }

  /** @throws {OutOfMemoryError} when the allocator below has no room, or 262,143 handles are live */
  alloc(size: number): Handle {
    // What is negative is no size, but may equal what stands for a free or for the end.
    const tape = this.#tape;
    const cursor = this.#cursor;
    if (tape[cursor] !== size || size < 0) return this.#allocateOffPlan(size);
    this.#cursor = cursor + EVENT_WORDS;
    const slot = tape[cursor + 1]!;
    const { words } = this.#slots;
    const handle = ~words[slot]!;
    words[slot] = handle;
    return handle as Handle;
  }

  free(handle: Handle): boolean {
    if (typeof handle !== "number") return false;
    const { words } = this.#slots;
    const slot = (handle & INDEX_MASK) * SLOT_WORDS;
    if (words[slot] !== handle || words[slot + LOCKS] !== 0) return false;
    const cursor = this.#cursor;
    if (this.#tape[cursor] !== ~slot) return this.#freeOtherwise(slot);
    this.#cursor = cursor + EVENT_WORDS;
    words[slot] = ~nextHandle(handle);
    return true;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (op !== LockOp.LOCK_FOR_WRITE) assertLockOp(op);
    const slot = this.#slots.find(handle);
    if (slot === 0) throw new InvalidHandleError(NAME, "lock", handle);
    const { words } = this.#slots;
    const below = words[slot + BELOW]!;
    const view =
      below === PLANNED ? this.#memory.viewOf(this.#plan!, words[slot + STEP]!) : this.#below.lock(below as Handle, op);
    if (words[slot + LOCKS]!++ === 0) this.#lockedCount++;
    return view;
  }

  unlock(handle: Handle): void {
    const slot = this.#slots.find(handle);
    if (slot === 0) throw new InvalidHandleError(NAME, "unlock", handle);
    const { words } = this.#slots;
    if (words[slot + LOCKS] === 0) throw LockError.notLocked(NAME, handle);
    const below = words[slot + BELOW]!;
    if (below !== PLANNED) this.#below.unlock(below as Handle);
    if (--words[slot + LOCKS]! === 0) this.#lockedCount--;
  }

  /** Footprint, reserved and largest free bytes are those of the allocator below, 0 where it does not tell. */
  stats(): AllocatorStats {
    this.#count();
    const { peakBytes, peakCount, totalBytes, totalCount } = this.#meter;
    const live = this.#live();
    const below = isPooledAllocator(this.#below) ? this.#below.stats() : undefined;
    return {
      liveBytes: live.bytes,
      liveCount: live.count,
      peakBytes,
      peakCount,
      totalBytes,
      totalCount,
      lockedCount: this.#lockedCount,
      footprintBytes: below?.footprintBytes ?? 0,
      reservedBytes: below?.reservedBytes ?? 0,
      largestFreeBytes: below?.largestFreeBytes ?? 0,
    };
  }

  /** Gives the memory of the plans back, unless it is in use, and trims the allocator below. Plans are kept. */
  trim(): number {
    if (!this.#isReplaying && this.#stragglers === 0) this.#memory.release();
    return isPooledAllocator(this.#below) ? this.#below.trim() : 0;
  }

  check(): void {
    const live = this.#live();
    const placesInUse = this.#isReplaying ? this.#plan!.liveCount[this.#event]! : this.#stragglers;
    const { lockedCount } = { lockedCount: this.#lockedCount };
    checkPlanned(this.#slots, this.#plan, { ...live, placesInUse, lockedCount, planBytes: this.#memory.byteLength });
    if (isPooledAllocator(this.#below)) this.#below.check();
  }

  get #isReplaying(): boolean {
    return this.#tape !== NOTHING;
  }

  /** The number of the next event of the plan that is replayed. */
  get #event(): number {
    return this.#cursor / EVENT_WORDS;
  }

  get #isAtEndOfPlan(): boolean {
    return this.#isReplaying && this.#tape[this.#cursor] === END;
  }

  #begin(key: unknown): void {
    this.#isInRun = true;
    this.#run++;
    this.#key = key;
    this.#recorder.restart(NO_EVENTS);
  }

  #finish(): void {
    this.#isInRun = false;
    this.#runs++;
    if (this.#isReplaying) {
      if (this.#isAtEndOfPlan) this.#hits++;
      else this.#divergences++;
      this.#stopReplay();
      return;
    }
    const { events, isPlannable } = this.#recorder;
    if (isPlannable && (this.#isExplicit || this.#library.recognises(events))) this.#library.add(events, this.#key);
  }

  /** Takes over the places in use as blocks like any other. */
  #stopReplay(): void {
    this.#count();
    const plan = this.#plan!;
    this.#stragglers = plan.liveCount[this.#event]!;
    this.#meter.liveBytes += plan.liveBytes[this.#event]!;
    this.#meter.liveCount += this.#stragglers;
    this.#tape = NOTHING;
    this.#cursor = 0;
    this.#counted = 0;
  }

  /** Leaves the plan for the rest of the run, and records on from what was replayed. */
  #diverge(): void {
    this.#divergences++;
    this.#recorder.restart(this.#plan!.recorded.subarray(0, this.#event));
    this.#stopReplay();
  }

  /** An `alloc` that is not the next event with a place. */
  #allocateOffPlan(size: number): Handle {
    assertSize(size);
    if (this.#isInRun && !this.#isExplicit && this.#isAtEndOfPlan) this.#finish();
    if (!this.#isInRun && !this.#isExplicit) this.#begin(undefined);
    if (!this.#isReplaying && this.#startReplay(size)) return this.alloc(size);
    return this.#allocateBelow(size, this.#isReplaying && this.#tape[this.#cursor] === size + WITHOUT_PLACE);
  }

  /** Looks for a plan with which this run may begin. @returns whether the next event is now at the cursor */
  #startReplay(size: number): boolean {
    if (!this.#isInRun || this.#stragglers > 0 || !this.#recorder.isEmpty) return false;
    const plan = this.#library.find(size, this.#key);
    if (plan === undefined || !this.#slots.reserveSteps(plan.steps) || !this.#memory.hold(plan)) return false;
    plan.bind(this.#slots.steps);
    this.#plan = plan;
    this.#planRun = this.#run;
    this.#tape = plan.tape;
    this.#cursor = 0;
    this.#counted = 0;
    return true;
  }

  #allocateBelow(size: number, isOnPlan: boolean): Handle {
    const slot = this.#slots.take();
    if (slot === 0) throw this.#outOfHandles(size);
    let below: Handle;
    try {
      below = this.#obtain(size);
    } catch (error) {
      this.#slots.give(slot);
      throw error;
    }
    let step = 0;
    if (isOnPlan) {
      step = this.#tape[this.#cursor + 1]!;
      this.#count();
      this.#cursor += EVENT_WORDS;
      this.#counted++;
    } else if (this.#isInRun) {
      if (this.#isReplaying) this.#diverge();
      step = this.#recorder.allocate(size);
    }
    this.#meter.allocate(size, this.#isReplaying ? this.#plan : undefined, this.#event);
    this.#slots.setSize(slot, size);
    return this.#slots.open(slot, step, this.#isInRun ? this.#run : 0, below) as Handle;
  }

  /** Memory from below; where it has no room, what unused plans hold makes way. */
  #obtain(size: number): Handle {
    try {
      return this.#below.alloc(size);
    } catch (error) {
      const isUnused = !this.#isReplaying && this.#stragglers === 0;
      if (!(error instanceof OutOfMemoryError) || !isUnused || this.#memory.release() === 0) throw error;
      return this.#below.alloc(size);
    }
  }

  /** A `free` that is not the next event: of a block from below, or of a place that the plan frees later. */
  #freeOtherwise(slot: number): boolean {
    const { words } = this.#slots;
    if (words[slot + BELOW] !== PLANNED) return this.#freeBelow(slot);
    this.#freeOffPlan(words[slot + STEP]!);
    this.#slots.close(slot);
    return true;
  }

  #freeBelow(slot: number): boolean {
    const { words } = this.#slots;
    if (!this.#below.free(words[slot + BELOW] as Handle)) return false;
    const isOfRun = this.#isInRun && words[slot + RUN] === this.#run;
    if (isOfRun) {
      if (this.#isReplaying) this.#diverge();
      this.#recorder.free(words[slot + STEP]!);
    }
    this.#count();
    this.#meter.free(this.#slots.sizeOf(slot));
    this.#slots.close(slot);
    this.#slots.give(slot);
    if (isOfRun) this.#finishIfIdle();
    return true;
  }

  /** Leaves the plan where it is replayed, and counts a place as free. */
  #freeOffPlan(step: number): void {
    if (this.#isReplaying) this.#diverge();
    this.#stragglers--;
    this.#meter.free(this.#plan!.sizes[step]!);
    if (!this.#isInRun || this.#planRun !== this.#run) return;
    this.#recorder.free(step);
    this.#finishIfIdle();
  }

  /** An implicit run that is recorded ends when nothing of it is live. */
  #finishIfIdle(): void {
    if (!this.#isExplicit && !this.#isReplaying && this.#recorder.liveCount === 0) this.#finish();
  }

  /** Counts what was replayed since it was last counted. */
  #count(): void {
    if (!this.#isReplaying) return;
    this.#meter.replayed(this.#plan!, this.#counted, this.#event);
    this.#counted = this.#event;
  }

  #live(): { bytes: number; count: number } {
    const { liveBytes, liveCount } = this.#meter;
    if (!this.#isReplaying) return { bytes: liveBytes, count: liveCount };
    const plan = this.#plan!;
    return { bytes: liveBytes + plan.liveBytes[this.#event]!, count: liveCount + plan.liveCount[this.#event]! };
  }

  #outOfHandles(requestedBytes: number): OutOfMemoryError {
    const { liveBytes, largestFreeBytes } = this.stats();
    const hint = `All ${INDEX_MASK} handles are live; free some first.`;
    return new OutOfMemoryError({
      allocator: NAME,
      requestedBytes,
      liveBytes,
      limitBytes: Infinity,
      largestFreeBytes,
      hint,
    });
  }
}

function countOption(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be an integer from 1, not ${describe(value)}.`);
}
