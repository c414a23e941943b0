import type { AllocatorStats, Handle, IPooledAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { InvalidHandleError, LockError, OutOfMemoryError, assertSize, describe } from "../errors.ts";
import { checkArena } from "../heap/arena-check.ts";
import { MAX_BLOCKS, privateStorage } from "../heap/arena-storage.ts";
import { Arena } from "../heap/arena.ts";
import { arenaStats, footprintOf } from "../heap/arena-stats.ts";
import { freeSpans } from "../heap/free-spans.ts";
import { GRANULE, alignUp } from "../heap/granule.ts";
import { MAX_REGION_BYTES, takeRegion } from "../memory/region.ts";
import { ViewCache } from "../memory/view-cache.ts";
import { discardPages } from "../platform/discard-pages.ts";
import { assertLockOp } from "./lock-op.ts";

/** How a {@link HeapAllocator} is made. Every option has a default. */
export interface HeapOptions {
  /**
   * Bytes that the heap may take from the runtime, rounded up to 64. Its own books (32 bytes per block) are not counted.
   * Default: no bound but the runtime's.
   */
  readonly maxBytes?: number;
  /**
   * Bytes of the first region; each later one is as large as all before it together, up to 1 GiB. Pages cost nothing
   * until they are touched, so larger is better: blocks do not span regions. Default: `maxBytes` where given, else 256 MiB.
   */
  readonly regionBytes?: number;
  /** Whether each block is zeroed when it is handed out. Default: false. */
  readonly zero?: boolean;
  /** What errors call it. Default: `HeapAllocator`. */
  readonly name?: string;
}

const DEFAULT_REGION_BYTES = 256 * 2 ** 20;
const LARGEST_STEP_BYTES = 2 ** 30;

/**
 * A general heap: the allocator to use unless there is a reason for another.
 *
 * Blocks start on 64-byte boundaries of the native address and are at most 4 GiB. Freed memory stays in the heap for the
 * next block until {@link trim}. In steady state no call makes garbage.
 *
 * @example
 * const heap = new HeapAllocator({ maxBytes: 512 * 2 ** 20 });
 * const handle = heap.alloc(602_112);
 * heap.lock(handle).fill(7);
 * heap.unlock(handle);
 * heap.free(handle);
 */
export class HeapAllocator implements IPooledAllocator {
  readonly #arena: Arena = new Arena(privateStorage());
  readonly #views: ViewCache = new ViewCache();
  readonly #name: string;
  readonly #maxBytes: number;
  readonly #regionBytes: number;
  readonly #zero: boolean;
  #reservedBytes = 0;

  /** @throws {TypeError} or {RangeError} when a size in the options is none, or is 0 */
  constructor(options: HeapOptions = {}) {
    if (typeof options !== "object" || options === null) {
      const message = `The options of a heap are { maxBytes, … }, not ${describe(options)}.`;
      throw Object.assign(new TypeError(message), { code: "ERR_OPTIONS" });
    }
    this.#name = options.name ?? "HeapAllocator";
    this.#maxBytes = sizeOption("maxBytes", options.maxBytes, Infinity);
    const fallback = Number.isFinite(this.#maxBytes) ? this.#maxBytes : DEFAULT_REGION_BYTES;
    this.#regionBytes = Math.min(sizeOption("regionBytes", options.regionBytes, fallback), this.#maxBytes);
    this.#zero = options.zero ?? false;
  }

  /** @throws {OutOfMemoryError} at `maxBytes`, above 4 GiB, or when the runtime has no more */
  alloc(size: number): Handle {
    assertSize(size);
    let handle = this.#arena.allocate(size);
    if (handle < 0) handle = this.#allocateSlowly(size);
    if (this.#zero) this.#fillWithZeros(handle as Handle);
    return handle as Handle;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (op !== LockOp.LOCK_FOR_WRITE) assertLockOp(op);
    const arena = this.#arena;
    const block = arena.lock(handle);
    if (block === 0) throw new InvalidHandleError(this.#name, "lock", handle);
    return this.#views.viewOf(block >> 3, arena.regionOf(block), arena.offsetOf(block), arena.sizeOf(block));
  }

  unlock(handle: Handle): void {
    const done = this.#arena.unlock(handle);
    if (done > 0) return;
    if (done < 0) throw new InvalidHandleError(this.#name, "unlock", handle);
    throw LockError.notLocked(this.#name, handle);
  }

  free(handle: Handle): boolean {
    return this.#arena.free(handle);
  }

  /** The `footprintBytes` of {@link stats}, at no cost to speak of: it may be looked at after each call. */
  get footprintBytes(): number {
    return footprintOf(this.#arena);
  }

  stats(): AllocatorStats {
    return arenaStats(this.#arena, this.#reservedBytes);
  }

  /**
   * Gives every region without a live block back to the runtime, which frees it when the collector gets to it. On Linux
   * and macOS, where koffi is installed, the pages of other regions that no live block is in go back to the operating system,
   * on Linux at once. Blocks stay where they are, locked or not.
   *
   * @returns the bytes of those regions, and of those pages that were resident
   */
  trim(): number {
    const bytes = this.#dropEmptyRegions();
    return bytes + this.#discardFreePages();
  }

  check(): void {
    checkArena(this.#arena);
  }

  /** The ways out when no region has room: empty slabs; another region; the zone for the other sizes; empty regions. */
  #allocateSlowly(size: number): number {
    const arena = this.#arena;
    if (arena.releaseSlabs()) {
      const handle = arena.allocate(size);
      if (handle >= 0) return handle;
    }
    if (!arena.hasSpareRecord()) {
      const handle = arena.allocateAnywhere(size);
      if (handle >= 0) return handle;
      throw this.#outOfMemory(size, `Its books are full, with ${MAX_BLOCKS} blocks and holes; free some first.`);
    }
    if (alignUp(size) <= Math.min(MAX_REGION_BYTES, alignUp(this.#maxBytes))) {
      if (this.#addRegion(size)) return arena.allocate(size);
      const handle = arena.allocateAnywhere(size);
      if (handle >= 0) return handle;
      if (this.#wouldFitAfterTrim(size)) {
        this.#dropEmptyRegions();
        if (this.#addRegion(size)) return arena.allocate(size);
      }
    }
    throw this.#outOfMemory(size, hintFor(size, this.#maxBytes));
  }

  #dropEmptyRegions(): number {
    const before = this.#reservedBytes;
    this.#arena.releaseSlabs();
    for (let region = 0; region < this.#arena.regionsEnd; region++) {
      const bytes = this.#arena.capacityOf(region) * GRANULE;
      if (bytes === 0 || !this.#arena.removeRegion(region)) continue;
      this.#views.setBuffer(region, undefined);
      this.#reservedBytes -= bytes;
    }
    return before - this.#reservedBytes;
  }

  #discardFreePages(): number {
    let discarded = 0;
    for (let region = 0; region < this.#arena.regionsEnd; region++) {
      const buffer = this.#views.bufferOf(region);
      if (buffer === undefined) continue;
      for (const { start, end } of freeSpans(this.#arena, region)) {
        discarded += discardPages(buffer, start * GRANULE, end * GRANULE);
      }
    }
    return discarded;
  }

  /** Whether `maxBytes` leaves room for the block once the regions that are empty now are gone. */
  #wouldFitAfterTrim(size: number): boolean {
    const arena = this.#arena;
    let empty = 0;
    for (let region = 0; region < arena.regionsEnd; region++) {
      if (arena.isEmpty(region)) empty += arena.capacityOf(region) * GRANULE;
    }
    return empty > 0 && alignUp(this.#maxBytes) - this.#reservedBytes + empty >= Math.max(alignUp(size), GRANULE);
  }

  /** Adds a region that holds `size` bytes: as large as the rule says, or what can be had. */
  #addRegion(size: number): boolean {
    const least = Math.max(alignUp(size), GRANULE);
    const most = Math.min(alignUp(this.#maxBytes) - this.#reservedBytes, MAX_REGION_BYTES);
    const step = Math.max(this.#regionBytes, Math.min(this.#reservedBytes, LARGEST_STEP_BYTES));
    let bytes = Math.min(Math.max(alignUp(step), least), most);
    for (; bytes >= least; bytes = nextSmaller(bytes, least)) {
      const buffer = takeRegion(bytes);
      if (buffer === undefined) continue;
      const region = this.#arena.addRegion(bytes / GRANULE);
      if (region < 0) return false;
      this.#views.setBuffer(region, buffer);
      this.#reservedBytes += bytes;
      return true;
    }
    return false;
  }

  #fillWithZeros(handle: Handle): void {
    this.lock(handle).fill(0);
    this.unlock(handle);
  }

  #outOfMemory(requestedBytes: number, hint: string): OutOfMemoryError {
    const { liveBytes, largestFreeBytes } = this.stats();
    const limitBytes = this.#maxBytes;
    const growth = Math.min(alignUp(limitBytes) - this.#reservedBytes, MAX_REGION_BYTES);
    const numbers = { requestedBytes, liveBytes, limitBytes, largestFreeBytes: Math.max(largestFreeBytes, growth) };
    return new OutOfMemoryError({ allocator: this.#name, ...numbers, hint });
  }
}

/** Half as much, but not less than `least` before that was tried; 0 when it was. */
function nextSmaller(bytes: number, least: number): number {
  if (bytes === least) return 0;
  return Math.max(alignUp(bytes / 2), least);
}

function hintFor(requestedBytes: number, limitBytes: number): string {
  if (requestedBytes > MAX_REGION_BYTES) return "One block has at most 4 GiB; split it.";
  if (requestedBytes > limitBytes) return "It can never fit; raise maxBytes, or ask for less.";
  if (Number.isFinite(limitBytes)) return "Free something first, or raise maxBytes.";
  return "The JavaScript runtime has no more to give; free something first.";
}

function sizeOption(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined || value === Infinity) return fallback;
  if (typeof value !== "number") {
    throw Object.assign(new TypeError(`${name} must be a number of bytes, not ${describe(value)}.`), {
      code: "ERR_SIZE",
    });
  }
  if (Number.isSafeInteger(value) && value > 0) return value;
  const message = `${name} must be an integer from 1 to 2^53 - 1 bytes, or Infinity, not ${value}.`;
  throw Object.assign(new RangeError(message), { code: "ERR_SIZE" });
}
