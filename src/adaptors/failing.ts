import type { Handle, IAllocator } from "../allocator.ts";
import { OutOfMemoryError, assertSize, describe, optionError, optionRangeError } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { Adaptor } from "./adaptor.ts";

/** Which allocs fail: those for which any of these holds. Without any, none does. */
export interface FailingOptions {
  /** The n-th fails, counted from 1, and no other. */
  readonly nth?: number;
  /** Every n-th fails. */
  readonly every?: number;
  /** Each fails with this probability, from 0 to 1. */
  readonly probability?: number;
  /** What the random numbers start from, so that a failure can be had again: an integer. Default: 1. */
  readonly seed?: number;
  /** Those of more bytes than this fail. */
  readonly aboveBytes?: number;
  /** What made it fail, for the error. Default: `FailingAdaptor`. */
  readonly name?: string;
}

/**
 * Makes allocs fail on purpose, with the {@link OutOfMemoryError} of a full memory, to see what a program does then.
 * An alloc that was made to fail does not reach the upstream; all others are its own.
 *
 * To try every alloc of a piece of code in turn, and to find what it leaks then, use `checkAllAllocationFailures` of
 * `tensorheap/testing`.
 *
 * @example
 * const failing = new FailingAdaptor(heap, { probability: 0.01, seed: 7 });
 */
export class FailingAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> {
  readonly #options: FailingOptions;
  readonly #name: string;
  readonly #sizes: HandleMap = new HandleMap();
  #liveBytes = 0;
  #allocations = 0;
  #failures = 0;
  #lastFailure: OutOfMemoryError | undefined;
  #state: number;

  /**
   * @throws {BlobError} when `upstream` is no allocator
   * @throws {TypeError} or {RangeError} when an option makes no sense
   */
  constructor(upstream: A, options: FailingOptions) {
    super(upstream);
    if (typeof options !== "object" || options === null) {
      throw optionError(
        `The options of a FailingAdaptor are { nth, every, probability, aboveBytes, … }, not ${describe(options)}.`,
      );
    }
    integerFrom(1, "nth", options.nth);
    integerFrom(1, "every", options.every);
    integerFrom(0, "aboveBytes", options.aboveBytes);
    integerFrom(-Infinity, "seed", options.seed);
    const { probability } = options;
    if (probability !== undefined && !(typeof probability === "number" && probability >= 0 && probability <= 1)) {
      throw optionRangeError(`probability must be a number from 0 to 1, not ${describe(probability)}.`);
    }
    this.#options = { ...options };
    this.#name = options.name ?? "FailingAdaptor";
    this.#state = (options.seed ?? 1) | 0;
  }

  /** Allocs so far with a valid size, those that failed included. */
  get allocations(): number {
    return this.#allocations;
  }

  /** Allocs that were made to fail. The upstream's own refusals do not count. */
  get failures(): number {
    return this.#failures;
  }

  /** The error that it threw last; `undefined` before it threw any. */
  get lastFailure(): OutOfMemoryError | undefined {
    return this.#lastFailure;
  }

  /** @throws {OutOfMemoryError} when it is this one's turn; and what the upstream throws */
  override alloc(size: number): Handle {
    assertSize(size);
    this.#allocations++;
    const reason = this.#reason(size);
    if (reason !== undefined) {
      this.#failures++;
      this.#lastFailure = this.#outOfMemory(size, reason);
      throw this.#lastFailure;
    }
    const handle = this.upstream.alloc(size);
    const before = this.#sizes.set(handle, size);
    this.#liveBytes += size - Math.max(before, 0);
    return handle;
  }

  override free(handle: Handle): boolean {
    if (!this.upstream.free(handle)) return false;
    this.#liveBytes -= Math.max(this.#sizes.delete(handle), 0);
    return true;
  }

  /** Why this alloc fails; `undefined` when it does not. */
  #reason(size: number): string | undefined {
    const { nth, every, probability, aboveBytes } = this.#options;
    // Drawn for each alloc, so that the other options do not shift the sequence.
    const drawn = probability === undefined ? 1 : this.#draw();
    if (this.#allocations === nth) return `nth: ${nth}`;
    if (every !== undefined && this.#allocations % every === 0) return `every: ${every}`;
    if (aboveBytes !== undefined && size > aboveBytes) return `aboveBytes: ${aboveBytes}`;
    if (probability !== undefined && drawn < probability) {
      return `probability: ${probability}, seed: ${this.#options.seed ?? 1}`;
    }
    return undefined;
  }

  /** A number from 0 to below 1: Weyl's sequence, mixed as in MurmurHash3's finaliser. */
  #draw(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  }

  #outOfMemory(requestedBytes: number, reason: string): OutOfMemoryError {
    return new OutOfMemoryError({
      allocator: this.#name,
      requestedBytes,
      liveBytes: this.#liveBytes,
      limitBytes: this.#liveBytes,
      largestFreeBytes: 0,
      hint: `Alloc ${this.#allocations} was made to fail (${reason}); free what was had and pass the error on.`,
    });
  }
}

function integerFrom(least: number, name: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  const from = Number.isFinite(least) ? ` from ${least}` : "";
  throw optionRangeError(`${name} must be an integer${from}, not ${describe(value)}.`);
}
