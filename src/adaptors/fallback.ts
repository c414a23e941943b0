import type { AllocatorStats, Handle, IAllocator, IPooledAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { isAllocator, isPooledAllocator } from "../allocators/is-allocator.ts";
import { assertLockOp } from "../allocators/lock-op.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import type { ReclaimObserver } from "../allocators/reclaim-observer.ts";
import { BlobError, InvalidHandleError, LockError, OutOfMemoryError, assertSize, describe } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { HandleTable, slotOf } from "../heap/handle-table.ts";
import { INDEX_MASK } from "../heap/handle.ts";
import { Meter } from "./meter.ts";

const NAME = "FallbackAdaptor";

/**
 * Takes each block from the first of several allocators that has room: a small fast memory first, then a large slow one.
 *
 * Exhaustion alone moves on to the next; any other error is thrown as it is. Handles are its own, since two upstreams may
 * give equal ones. `stats`, `trim` and `check` are there if and only if every upstream has them.
 *
 * @example
 * const allocator = new FallbackAdaptor(new PlannedAllocator(arena), new HeapAllocator());
 */
export class FallbackAdaptor implements IAllocator, ReclaimObserver {
  /** In the order in which they are tried. */
  readonly upstreams: readonly IAllocator[];
  /** Live numbers are of this adaptor's own blocks, sizes the sums over the upstreams. */
  readonly stats: (() => AllocatorStats) | undefined;
  readonly trim: (() => number) | undefined;
  readonly check: (() => void) | undefined;
  readonly #handles: HandleTable = new HandleTable();
  /** By slot: the index of the upstream, and its handle. */
  #owners: Uint8Array = new Uint8Array(64);
  #theirs: Int32Array = new Int32Array(64);
  #sizes: Float64Array = new Float64Array(64);
  /** Of each upstream, its live handles and ours for them: an upstream with one block for everybody gives it twice. */
  readonly #ours: readonly HandleMap[];
  readonly #meter: Meter = new Meter();

  /** @throws {BlobError} when there is none, more than 256, or one is no allocator */
  constructor(...upstreams: readonly IAllocator[]) {
    if (upstreams.length === 0 || upstreams.length > 256) {
      throw new BlobError(`${NAME} takes from 1 to 256 allocators, not ${upstreams.length}.`);
    }
    const other = upstreams.findIndex((upstream) => !isAllocator(upstream));
    if (other >= 0) {
      throw new BlobError(`${NAME} goes around allocators, not ${describe(upstreams[other])}. Give it one.`);
    }
    this.upstreams = Object.freeze([...upstreams]);
    this.#ours = upstreams.map(() => new HandleMap());
    if (!upstreams.every(isPooledAllocator)) return;
    const pools: readonly IPooledAllocator[] = upstreams;
    this.stats = () => this.#stats(pools);
    this.trim = () => sumOf(pools, (pool) => pool.trim());
    this.check = () => {
      for (const pool of pools) pool.check();
    };
  }

  /** @throws {OutOfMemoryError} when every upstream is out of memory; its `cause` is the last one's error */
  alloc(size: number): Handle {
    assertSize(size);
    let cause: unknown;
    for (let owner = 0; owner < this.upstreams.length; owner++) {
      let theirs: Handle;
      try {
        theirs = this.upstreams[owner]!.alloc(size);
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        cause = error;
        continue;
      }
      return this.#open(owner, theirs, size);
    }
    throw this.#outOfMemory(size, "No upstream has room; free something first, or add one.", cause);
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    assertLockOp(op);
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "lock", handle);
    const slot = slotOf(handle);
    const view = this.upstreams[this.#owners[slot]!]!.lock(this.#theirs[slot] as Handle, op);
    this.#handles.lock(handle);
    return view;
  }

  unlock(handle: Handle): void {
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "unlock", handle);
    if (this.#handles.lockCount(handle) === 0) throw LockError.notLocked(NAME, handle);
    const slot = slotOf(handle);
    this.upstreams[this.#owners[slot]!]!.unlock(this.#theirs[slot] as Handle);
    this.#handles.unlock(handle);
  }

  free(handle: Handle): boolean {
    if (!this.#handles.isLive(handle)) return false;
    const slot = slotOf(handle);
    const owner = this.#owners[slot]!;
    const theirs = this.#theirs[slot]!;
    if (this.#handles.lockCount(handle) > 0 || !this.upstreams[owner]!.free(theirs as Handle)) return false;
    this.#handles.close(handle);
    this.#ours[owner]!.delete(theirs);
    this.#meter.remove(this.#sizes[slot]!);
    return true;
  }

  /** Which upstream a live block is of, as an index into {@link upstreams}; -1 when the handle is not live. */
  ownerOf(handle: Handle): number {
    return this.#handles.isLive(handle) ? this.#owners[slotOf(handle)]! : -1;
  }

  /** Passes on, to the upstream that the block is of, that a blob was collected without being freed. */
  noteReclaimed(handle: Handle, sharers: number): void {
    if (!this.#handles.isLive(handle)) return;
    const slot = slotOf(handle);
    notifyReclaimed(this.upstreams[this.#owners[slot]!]!, this.#theirs[slot] as Handle, sharers);
  }

  /** A handle for an upstream's block: the one that it has already, where the upstream has one block for everybody. */
  #open(owner: number, theirs: Handle, size: number): Handle {
    const there = this.#ours[owner]!.get(theirs);
    if (there >= 0) return there as Handle;
    const handle = this.#handles.open();
    if (handle < 0) {
      this.upstreams[owner]!.free(theirs);
      throw this.#outOfMemory(size, `All ${INDEX_MASK} handles are live; free some first.`);
    }
    const slot = slotOf(handle);
    if (slot === this.#theirs.length) this.#grow();
    this.#owners[slot] = owner;
    this.#theirs[slot] = theirs;
    this.#sizes[slot] = size;
    this.#ours[owner]!.set(theirs, handle);
    this.#meter.add(size);
    return handle as Handle;
  }

  #grow(): void {
    const slots = this.#theirs.length * 2;
    const [owners, theirs, sizes] = [new Uint8Array(slots), new Int32Array(slots), new Float64Array(slots)];
    owners.set(this.#owners);
    theirs.set(this.#theirs);
    sizes.set(this.#sizes);
    this.#owners = owners;
    this.#theirs = theirs;
    this.#sizes = sizes;
  }

  #stats(pools: readonly IPooledAllocator[]): AllocatorStats {
    const stats = pools.map((pool) => pool.stats());
    return {
      ...this.#meter.stats(),
      lockedCount: this.#handles.lockedCount,
      footprintBytes: sumOf(stats, ({ footprintBytes }) => footprintBytes),
      reservedBytes: sumOf(stats, ({ reservedBytes }) => reservedBytes),
      largestFreeBytes: Math.max(...stats.map(({ largestFreeBytes }) => largestFreeBytes)),
    };
  }

  #outOfMemory(requestedBytes: number, hint: string, cause?: unknown): OutOfMemoryError {
    const refusal = cause instanceof OutOfMemoryError ? cause : undefined;
    const numbers = {
      requestedBytes,
      liveBytes: this.#meter.stats().liveBytes,
      limitBytes: refusal?.limitBytes ?? Infinity,
      largestFreeBytes: refusal?.largestFreeBytes ?? 0,
    };
    return new OutOfMemoryError({ allocator: NAME, ...numbers, hint }, refusal && { cause: refusal });
  }
}

function sumOf<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}
