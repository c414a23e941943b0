import type { Handle, IAllocator } from "../allocator.ts";
import { OutOfMemoryError, assertSize } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { Adaptor } from "./adaptor.ts";
import { bytesOf, resolveLimitOptions } from "./limit/limit-options.ts";
import type { LimitOptions, MemoryPressure, SoftLimit } from "./limit/limit-options.ts";

/**
 * A budget for what is allocated through it.
 *
 * It counts the bytes that were asked for. What the upstream adds by rounding, and what it holds and does not use, is
 * not counted; bound those with `maxBytes` of the `HeapAllocator` below.
 *
 * Callbacks run inside of `alloc`. They may allocate and free through this adaptor and what is below it; not through an
 * allocator above it, which is in the middle of its own `alloc`. An `alloc` of a pressure callback's own that does not
 * fit is refused at once.
 *
 * @example
 * const limit = new LimitAdaptor(new HeapAllocator(), {
 *   maxBytes: 512 * 2 ** 20,
 *   onPressure: () => cache.dropOldest(),
 * });
 */
export class LimitAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> {
  readonly #name: string;
  readonly #softBytes: number;
  readonly #onPressure: ((pressure: MemoryPressure) => void) | undefined;
  readonly #onSoftLimit: ((limit: SoftLimit) => void) | undefined;
  readonly #sizes: HandleMap = new HandleMap();
  #maxBytes: number;
  /** The lower of the two marks: up to it, there is nothing to see to. */
  #mark: number;
  #liveBytes = 0;
  #isUnderPressure = false;

  /**
   * @throws {BlobError} when `upstream` is no allocator
   * @throws {TypeError} or {RangeError} when a mark is no number of bytes, or a callback no function
   */
  constructor(upstream: A, options: LimitOptions) {
    super(upstream);
    const { name, maxBytes, softBytes, onPressure, onSoftLimit } = resolveLimitOptions(options);
    this.#name = name;
    this.#maxBytes = maxBytes;
    this.#softBytes = softBytes;
    this.#onPressure = onPressure;
    this.#onSoftLimit = onSoftLimit;
    this.#mark = Math.min(this.#softBytes, this.#maxBytes);
  }

  /** The bytes that are live now, of those that were allocated through this adaptor. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get softBytes(): number {
    return this.#softBytes;
  }

  /** The hard mark. It can be changed; below `liveBytes`, nothing is evicted, and nothing more is to be had. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  set maxBytes(bytes: number) {
    this.#maxBytes = bytesOf("maxBytes", bytes);
    this.#mark = Math.min(this.#softBytes, bytes);
  }

  /** @throws {OutOfMemoryError} at the hard mark, and when the upstream is out of memory */
  override alloc(size: number): Handle {
    if (typeof size !== "number" || !(this.#liveBytes + size <= this.#mark)) return this.#allocateAboveMark(size);
    let handle: Handle;
    try {
      handle = this.upstream.alloc(size);
    } catch (error) {
      return this.#admit(this.#allocateUnderPressure(size, error), size);
    }
    this.#add(handle, size);
    return handle;
  }

  override free(handle: Handle): boolean {
    if (!this.upstream.free(handle)) return false;
    const size = this.#sizes.delete(handle);
    if (size > 0) this.#liveBytes -= size;
    return true;
  }

  /** A block that takes the live bytes above a mark, if it is to be had. */
  #allocateAboveMark(size: number): Handle {
    assertSize(size);
    this.#makeRoom(size);
    let handle: Handle;
    try {
      handle = this.upstream.alloc(size);
    } catch (error) {
      handle = this.#allocateUnderPressure(size, error);
    }
    return this.#admit(handle, size);
  }

  /** Asks for memory until the block fits into the budget. @throws {OutOfMemoryError} when it does not */
  #makeRoom(size: number): void {
    while (!this.#fits(size)) {
      const neededBytes = this.#liveBytes + size - this.#maxBytes;
      if (size > this.#maxBytes || !this.#canAsk) throw this.#outOfMemory(size);
      if (!this.#askFor(neededBytes, size, undefined) && !this.#fits(size)) throw this.#outOfMemory(size);
    }
  }

  /** Asks for memory until the upstream has the block. @throws the upstream's error when it has not */
  #allocateUnderPressure(size: number, refusal: unknown): Handle {
    let cause = refusal;
    for (let isWorthIt = true; ;) {
      if (!(cause instanceof OutOfMemoryError) || !isWorthIt || !this.#canAsk) throw cause;
      // It may have freed what this adaptor does not count: that is one more try, but not one more call.
      isWorthIt = this.#askFor(size, size, cause);
      this.#makeRoom(size);
      try {
        return this.upstream.alloc(size);
      } catch (error) {
        cause = error;
      }
    }
  }

  get #canAsk(): boolean {
    return this.#onPressure !== undefined && !this.#isUnderPressure;
  }

  #fits(size: number): boolean {
    return this.#liveBytes + size <= this.#maxBytes;
  }

  /** Calls the pressure callback. @returns whether fewer bytes are live after it */
  #askFor(neededBytes: number, requestedBytes: number, cause: OutOfMemoryError | undefined): boolean {
    const liveBytes = this.#liveBytes;
    this.#isUnderPressure = true;
    try {
      this.#onPressure!({ neededBytes, requestedBytes, liveBytes, maxBytes: this.#maxBytes, cause });
    } finally {
      this.#isUnderPressure = false;
    }
    return this.#liveBytes < liveBytes;
  }

  /** Counts a block, and looks at the soft mark. */
  #admit(handle: Handle, size: number): Handle {
    const wasAbove = this.#liveBytes > this.#softBytes;
    this.#add(handle, size);
    if (!wasAbove && this.#liveBytes > this.#softBytes) this.#warn(handle);
    return handle;
  }

  #add(handle: Handle, size: number): void {
    const before = this.#sizes.set(handle, size);
    if (before > 0) this.#liveBytes -= before;
    this.#liveBytes += size;
  }

  /** Says that the soft mark was crossed. Where saying so fails, the block is not to be had. */
  #warn(handle: Handle): void {
    try {
      this.#onSoftLimit?.({ liveBytes: this.#liveBytes, softBytes: this.#softBytes, maxBytes: this.#maxBytes });
    } catch (error) {
      this.free(handle);
      throw error;
    }
  }

  #outOfMemory(requestedBytes: number): OutOfMemoryError {
    const liveBytes = this.#liveBytes;
    const limitBytes = this.#maxBytes;
    const never = requestedBytes > limitBytes;
    return new OutOfMemoryError({
      allocator: this.#name,
      requestedBytes,
      liveBytes,
      limitBytes,
      largestFreeBytes: Math.max(0, limitBytes - liveBytes),
      hint: never ? "It can never fit; raise maxBytes, or ask for less." : "Free something first, or raise maxBytes.",
    });
  }
}
