import type { Handle, IAllocator } from "../allocator.ts";
import { isAllocator, isPooledAllocator } from "../allocators/is-allocator.ts";
import { OutOfMemoryError, describe } from "../errors.ts";
import { assertOptions } from "./assert-options.ts";
import { fillBlock, firstForeignByte } from "./block-pattern.ts";
import type { ReplayProgram } from "./replay-program.ts";
import { ReplayCall, lockOpOf, replayProgram } from "./replay-program.ts";
import { TraceError } from "./trace-error.ts";
import type { TraceEvents } from "./trace-events.ts";
import { eventsOf } from "./trace-events.ts";

/** How a trace is replayed. */
export interface ReplayOptions {
  /** Whether locks and unlocks are replayed. Default: true. */
  readonly locks?: boolean;
  /**
   * Whether each block is filled when it is allocated and compared when it is freed. Shows blocks that overlap and
   * memory that was lost; times then mean nothing. Default: false.
   */
  readonly verify?: boolean;
  /** How many times, one after another. Default: 1. */
  readonly rounds?: number;
}

/** A block that did not have its contents any more when it was freed. */
export interface DamagedBlock {
  readonly round: number;
  /** Which allocation of the trace, counted from 0. */
  readonly alloc: number;
  readonly size: number;
  /** Where the first difference is, within four bytes. */
  readonly byte: number;
}

/** What a replay did. Sizes in bytes; all rounds together where not said. */
export interface ReplayResult {
  /** Calls made: allocs, frees, locks and unlocks. */
  readonly calls: number;
  readonly allocs: number;
  /** Allocations refused with an `OutOfMemoryError`. Their frees and locks are left out. */
  readonly refusals: number;
  /** The largest size that was refused; 0 when none was. */
  readonly largestRefusedBytes: number;
  /** Frees that the allocator said no to. */
  readonly failedFrees: number;
  /** The most bytes that were alive at once, refused ones not counted. */
  readonly peakBytes: number;
  /** What the allocator took for it, where it says so (`stats().footprintBytes`). */
  readonly footprintBytes: number | undefined;
  /** Time of all the calls, in milliseconds. */
  readonly elapsedMs: number;
  /** Nanoseconds of a call on average; 0 when there was none. */
  readonly nsPerCall: number;
  /** Verifying only: the first damaged blocks, at most 100. */
  readonly damaged: readonly DamagedBlock[];
  /** Verifying only: all of them. */
  readonly damagedCount: number;
}

/**
 * Makes the calls of a trace on an allocator. What the trace leaves alive is freed at the end.
 *
 * @throws {TraceError} when the trace, the allocator or an option is none. Errors of the allocator other than `OutOfMemoryError`
 *   come as they are.
 * @example
 * const { footprintBytes, peakBytes, nsPerCall } = replay(await loadTrace("run.jsonl"), new HeapAllocator());
 */
export function replay(trace: TraceEvents, allocator: IAllocator, options: ReplayOptions = {}): ReplayResult {
  if (!isAllocator(allocator))
    throw new TraceError(`A trace is replayed on an allocator, not on ${describe(allocator)}.`);
  assertOptions(options, "ReplayOptions");
  const { locks = true, verify = false, rounds = 1 } = options;
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new TraceError(`rounds must be an integer from 1, not ${describe(rounds)}.`);
  }
  const program = replayProgram(eventsOf(trace), locks);
  const player = new Player(program, allocator, verify ? new Verifier(allocator) : undefined);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) player.play(round);
  const elapsedMs = performance.now() - start;
  return {
    calls: player.calls,
    allocs: player.allocs,
    refusals: player.refusals,
    largestRefusedBytes: player.largestRefusedBytes,
    failedFrees: player.failedFrees,
    peakBytes: player.refusals === 0 ? program.peakBytes : player.peakBytes,
    footprintBytes: isPooledAllocator(allocator) ? allocator.stats().footprintBytes : undefined,
    elapsedMs,
    nsPerCall: player.calls === 0 ? 0 : (elapsedMs * 1e6) / player.calls,
    damaged: player.verifier?.damaged ?? [],
    damagedCount: player.verifier?.count ?? 0,
  };
}

class Player {
  readonly verifier: Verifier | undefined;
  calls = 0;
  allocs = 0;
  refusals = 0;
  largestRefusedBytes = 0;
  failedFrees = 0;
  peakBytes = 0;
  readonly #program: ReplayProgram;
  readonly #allocator: IAllocator;

  constructor(program: ReplayProgram, allocator: IAllocator, verifier: Verifier | undefined) {
    this.#program = program;
    this.#allocator = allocator;
    this.verifier = verifier;
  }

  play(round: number): void {
    const { calls, slots, sizes, slotCount } = this.#program;
    const allocator = this.#allocator;
    const { verifier } = this;
    const handles: (Handle | undefined)[] = Array.from({ length: slotCount }, () => undefined);
    const sizeOf = new Float64Array(slotCount);
    let allocs = 0;
    let skipped = 0;
    let liveBytes = 0;
    for (let index = 0; index < calls.length; index++) {
      const call = calls[index]!;
      const slot = slots[index]!;
      if (call === ReplayCall.ALLOC) {
        const size = sizes[index]!;
        const handle = this.#alloc(size);
        handles[slot] = handle;
        sizeOf[slot] = size;
        allocs++;
        if (handle === undefined) continue;
        liveBytes += size;
        if (liveBytes > this.peakBytes) this.peakBytes = liveBytes;
        verifier?.allocated(handle, { round, alloc: allocs - 1, size }, slot);
        continue;
      }
      const handle = handles[slot];
      if (handle === undefined) skipped++;
      else if (call === ReplayCall.FREE) {
        verifier?.freeing(handle, slot);
        liveBytes -= sizeOf[slot]!;
        if (!allocator.free(handle)) this.failedFrees++;
      } else if (call === ReplayCall.UNLOCK) allocator.unlock(handle);
      else allocator.lock(handle, lockOpOf(call));
    }
    this.allocs += allocs;
    this.calls += calls.length - skipped;
  }

  #alloc(size: number): Handle | undefined {
    try {
      return this.#allocator.alloc(size);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.refusals++;
      this.largestRefusedBytes = Math.max(this.largestRefusedBytes, size);
      return undefined;
    }
  }
}

/** Fills blocks and looks whether they stay as they are. */
class Verifier {
  readonly damaged: DamagedBlock[] = [];
  count = 0;
  readonly #allocator: IAllocator;
  readonly #blocks: (Omit<DamagedBlock, "byte"> & { readonly serial: number })[] = [];
  #serial = 0;

  constructor(allocator: IAllocator) {
    this.#allocator = allocator;
  }

  allocated(handle: Handle, block: Omit<DamagedBlock, "byte">, slot: number): void {
    const serial = this.#serial++;
    this.#blocks[slot] = { ...block, serial };
    fillBlock(this.#allocator.lock(handle), serial);
    this.#allocator.unlock(handle);
  }

  freeing(handle: Handle, slot: number): void {
    const { serial, ...block } = this.#blocks[slot]!;
    const byte = firstForeignByte(this.#allocator.lock(handle), serial);
    this.#allocator.unlock(handle);
    if (byte < 0) return;
    this.count++;
    if (this.damaged.length < 100) this.damaged.push({ ...block, byte });
  }
}
