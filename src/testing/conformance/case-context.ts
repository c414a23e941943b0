import type { AllocatorStats, Handle, IAllocator, IPooledAllocator } from "../../allocator.ts";
import { assertEqual, assertPattern } from "../assert.ts";
import { fillPattern } from "../pattern.ts";
import type { ResolvedTraits } from "./traits.ts";

/** Small, since a caller's one block may be. */
const WITNESS_BYTES = 40;

/** More locks than any case leaves on a handle when it fails. */
const MAX_LEFT_LOCKS = 2_000;

/** A case before it is bound to an allocator. */
export interface CaseDefinition {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Whether the case belongs in the list. Default: for every allocator that is not `oneBlock`. */
  readonly applies?: (traits: ResolvedTraits) => boolean;
  readonly body: (context: CaseContext) => void;
}

/** What a case works with: a fresh allocator, and the handles that have to be freed when the case is over. */
export class CaseContext {
  readonly allocator: IAllocator;
  readonly traits: ResolvedTraits;
  /** Another context over a second, fresh allocator of the same kind. */
  readonly other: () => CaseContext;
  readonly #live = new Set<Handle>();

  constructor(allocator: IAllocator, traits: ResolvedTraits, other: () => CaseContext) {
    this.allocator = allocator;
    this.traits = traits;
    this.other = other;
  }

  /** The allocator as a pooled one; only for cases that apply to pooled allocators. */
  get pooled(): IPooledAllocator {
    return this.allocator as IPooledAllocator;
  }

  alloc(size: number): Handle {
    const handle = this.allocator.alloc(size);
    this.#live.add(handle);
    return handle;
  }

  /** Frees a handle that must be freeable. */
  release(handle: Handle): void {
    const freed: unknown = this.allocator.free(handle);
    if (freed === true) this.#live.delete(handle);
    assertEqual(freed, true, "free of a live handle that is not locked");
  }

  /** Allocates a block and writes the pattern of a seed into it. */
  allocFilled(size: number, seed: number): Handle {
    const handle = this.alloc(size);
    fillPattern(this.allocator.lock(handle), seed);
    this.allocator.unlock(handle);
    return handle;
  }

  /** Asserts that an unlocked block holds the pattern of a seed, and has this size. */
  assertHolds(handle: Handle, size: number, seed: number, what: string): void {
    const bytes = this.allocator.lock(handle, 0);
    assertEqual(bytes.byteLength, size, `${what}: the view's byteLength`);
    assertPattern(bytes, seed, what);
    this.allocator.unlock(handle);
  }

  /** Runs `act`, and asserts that it changed neither a block written before nor, for a pooled allocator, the stats. */
  assertUnchanged(act: (witness: Handle) => void, what: string): void {
    const witness = this.alloc(WITNESS_BYTES);
    const bytes = this.allocator.lock(witness);
    const size = bytes.byteLength;
    fillPattern(bytes, 77);
    this.allocator.unlock(witness);
    const before = this.traits.pooled ? countsOf(this.pooled.stats()) : undefined;
    act(witness);
    if (before !== undefined) assertCounts(this.pooled, before, what);
    this.assertHolds(witness, size, 77, `a block that was live during ${what}`);
    if (!this.traits.oneBlock) this.release(witness);
  }

  /** Frees what the case left, locked or not. Never throws: it also runs after a failure. */
  releaseAll(): void {
    if (this.traits.oneBlock) return;
    for (const handle of this.#live) {
      try {
        for (let i = 0; i < MAX_LEFT_LOCKS && !this.allocator.free(handle); i++) this.allocator.unlock(handle);
      } catch {
        // The handle is dead, or the allocator is broken, which the case itself reports.
      }
    }
    this.#live.clear();
  }
}

/** The part of the stats that counts handles, and is therefore known exactly. */
export type Counts = Omit<AllocatorStats, "footprintBytes" | "reservedBytes" | "largestFreeBytes">;

/** Copies the counts out of stats. */
export function countsOf(stats: AllocatorStats): Counts {
  const { liveBytes, liveCount, peakBytes, peakCount, totalBytes, totalCount, lockedCount } = stats;
  return { liveBytes, liveCount, peakBytes, peakCount, totalBytes, totalCount, lockedCount };
}

/** Asserts some counts of a pooled allocator. */
export function assertCounts(allocator: IPooledAllocator, expected: Partial<Counts>, when: string): void {
  const actual = countsOf(allocator.stats());
  for (const key of Object.keys(actual) as (keyof Counts)[]) {
    if (expected[key] !== undefined) assertEqual(actual[key], expected[key], `stats().${key} after ${when}`);
  }
}
