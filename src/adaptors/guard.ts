import type { AllocatorStats, Handle, IAllocator, IPooledAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { isPooledAllocator } from "../allocators/is-allocator.ts";
import { assertLockOp } from "../allocators/lock-op.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import type { ReclaimObserver } from "../allocators/reclaim-observer.ts";
import { InvalidHandleError, LockError, MAX_SIZE, OutOfMemoryError, assertSize } from "../errors.ts";
import { HandleTable, slotOf } from "../heap/handle-table.ts";
import { captureCallSite } from "./call-site.ts";
import type { CallSite } from "./call-site.ts";
import { assertGuardable } from "./guard/assert-guardable.ts";
import { guardedBytes } from "./guard/canary.ts";
import { FreedHistory } from "./guard/freed-history.ts";
import { resolveGuardOptions } from "./guard/guard-options.ts";
import type { GuardOptions, ResolvedGuardOptions } from "./guard/guard-options.ts";
import { guardOutOfMemory, withoutCanaries } from "./guard/guard-out-of-memory.ts";
import type { GuardOperation, GuardReport } from "./guard/guard-report.ts";
import { GuardReports } from "./guard/guard-reports.ts";
import { GuardedBlock } from "./guard/guarded-block.ts";
import type { BlockFault } from "./guard/guarded-block.ts";
import { Quarantine } from "./guard/quarantine.ts";
import { Meter } from "./meter.ts";

const NAME = "GuardAdaptor";

/**
 * Finds who writes where they must not. Each block gets canaries on both sides; freed ones are filled with poison and
 * held back for a while; a block that is locked for reading is compared with what it was.
 *
 * - Damage is found when the block is unlocked for the last time, freed, leaves the quarantine, or by {@link check}; and
 *   it is reported with where the block was allocated, locked and freed. A write of the very value that was there before
 *   cannot be seen; nor can one to a block that has left the quarantine, or under a read lock while, or after, a write lock
 *   is held with it, since an unlock does not say which of the two it ends.
 * - Misuse is reported as well: a second `free`, with where the first one was, and stale or foreign handles. The calls
 *   answer as the contract says, `false` or an error.
 * - Nothing is thrown for a report: `free` must not throw, and damage was done elsewhere. Reports go to `onReport` and
 *   `reports`; {@link check} throws a `CorruptionError` if any of those kept is of damage, until {@link takeReports}.
 *   Misuse does not make `check` throw: it was refused, and nothing is damaged.
 * - The guard is pooled over any allocator. Its stats, and the numbers of its errors, are of the user's bytes. A guarded
 *   block takes 128 to 191 bytes more of the upstream, whose limit counts them as it does the quarantine, which makes way
 *   when the upstream is out of memory.
 * - A block starts 64 bytes into the upstream's: on a 64-byte boundary where that one does. It begins with what was there
 *   before, as always, or zeros where the upstream zeroes.
 * - It has handles of its own; nothing may go past it. With `sample`, the blocks that are not guarded have
 *   neither history nor canaries, and cost little.
 *
 * @example
 * const guard = new GuardAdaptor(new HeapAllocator(), { onReport: ({ message }) => console.error(message) });
 */
export class GuardAdaptor<A extends IAllocator = IAllocator> implements IPooledAllocator, ReclaimObserver {
  readonly upstream: A;
  readonly #options: ResolvedGuardOptions;
  readonly #handles: HandleTable = new HandleTable();
  /** The user's bytes and blocks. */
  readonly #meter: Meter = new Meter();
  /** Bytes that the upstream holds for live blocks. */
  #bytesBelow = 0;
  readonly #reports: GuardReports;
  readonly #quarantine: Quarantine;
  readonly #history: FreedHistory;
  /** By slot; undefined where the slot's block is not guarded. */
  readonly #blocks: (GuardedBlock | undefined)[] = [undefined];
  /** Handles in the upstream, by slot. */
  #below: Int32Array = new Int32Array(64);
  /** Sizes in bytes, by slot. */
  #sizes: Float64Array = new Float64Array(64);
  /** Allocations up to the next one that is guarded. */
  #untilNext: number;

  /**
   * @throws {BlobError} when `upstream` is no allocator; and when it is a `PreallocatedAllocator` or goes around one: its
   *   one block is everybody's, so that no canary would fit around it and no write would be anybody's fault
   * @throws {TypeError} or {RangeError} with code `ERR_OPTIONS` for an option that makes no sense
   */
  constructor(upstream: A, options: GuardOptions = {}) {
    assertGuardable(upstream);
    this.upstream = upstream;
    this.#options = resolveGuardOptions(options);
    const { maxReports, onReport, quarantineBytes, quarantineBlocks, historyBlocks, sampler } = this.#options;
    this.#reports = new GuardReports(maxReports, onReport);
    this.#quarantine = new Quarantine(quarantineBytes, quarantineBlocks);
    this.#history = new FreedHistory(historyBlocks);
    this.#untilNext = sampler.gap();
  }

  /** What was found so far, the first `maxReports` of it. */
  get reports(): readonly GuardReport[] {
    return this.#reports.kept;
  }

  /** The same, and forgets it: {@link check} then passes until more damage is found. */
  takeReports(): readonly GuardReport[] {
    return this.#reports.take();
  }

  /** @throws {OutOfMemoryError} when the upstream has no room even without the quarantine, or 262,143 handles are live */
  alloc(size: number): Handle {
    assertSize(size);
    if (--this.#untilNext > 0) return this.#open(size, this.#take(size, size));
    this.#untilNext = this.#options.sampler.gap();
    return this.#allocGuarded(size);
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (op !== LockOp.LOCK_FOR_WRITE) assertLockOp(op);
    if (!this.#handles.isLive(handle)) {
      this.#reportDead("lock", handle);
      throw new InvalidHandleError(NAME, "lock", handle);
    }
    const slot = slotOf(handle);
    const bytes = this.upstream.lock(this.#below[slot] as Handle, op);
    const isFirst = this.#handles.lockCount(handle) === 0;
    this.#handles.lock(handle);
    const block = this.#blocks[slot];
    return block === undefined ? bytes : this.#lockGuarded(block, bytes, op, isFirst);
  }

  unlock(handle: Handle): void {
    if (!this.#handles.isLive(handle)) {
      this.#reportDead("unlock", handle);
      throw new InvalidHandleError(NAME, "unlock", handle);
    }
    const locks = this.#handles.lockCount(handle);
    if (locks === 0) throw LockError.notLocked(NAME, handle);
    const slot = slotOf(handle);
    const block = locks === 1 ? this.#blocks[slot] : undefined;
    if (block !== undefined) this.#report("unlock", block, block.inspect(block.lockedBytes!));
    try {
      this.upstream.unlock(this.#below[slot] as Handle);
      this.#handles.unlock(handle);
      block?.allowWrites();
    } finally {
      this.#reports.deliver();
    }
  }

  free(handle: Handle): boolean {
    if (!this.#handles.isLive(handle)) {
      this.#reportDead("free", handle);
      return false;
    }
    if (this.#handles.lockCount(handle) !== 0) return false;
    const slot = slotOf(handle);
    const block = this.#blocks[slot];
    if (block !== undefined) {
      if (!this.#close(block)) {
        this.#reports.deliver();
        return false;
      }
    } else if (!this.upstream.free(this.#below[slot] as Handle)) {
      return false;
    }
    this.#blocks[slot] = undefined;
    this.#handles.close(handle);
    this.#meter.remove(this.#sizes[slot]!);
    this.#bytesBelow -= block?.bytesBelow ?? this.#sizes[slot]!;
    if (block !== undefined) this.#sequester(block);
    this.#reports.deliver();
    return true;
  }

  /**
   * Counts and bytes are the user's, without canaries and quarantine. Footprint and reserved bytes are the upstream's;
   * where it does not tell, what the guard holds of it.
   */
  stats(): AllocatorStats {
    const counts = { ...this.#meter.stats(), lockedCount: this.#handles.lockedCount };
    const held = this.#bytesBelow + this.#quarantine.byteLength;
    if (!isPooledAllocator(this.upstream)) {
      return { ...counts, footprintBytes: held, reservedBytes: held, largestFreeBytes: 0 };
    }
    const { footprintBytes, reservedBytes, largestFreeBytes } = this.upstream.stats();
    return { ...counts, footprintBytes, reservedBytes, largestFreeBytes: withoutCanaries(largestFreeBytes) };
  }

  /** Gives the quarantine back, verified, and trims the upstream. @returns the bytes given back */
  trim(): number {
    const quarantined = this.#quarantine.byteLength;
    this.#release("trim", Infinity);
    this.#reports.deliver();
    return isPooledAllocator(this.upstream) ? this.upstream.trim() : quarantined;
  }

  /**
   * Verifies every guarded block, live and quarantined, and the upstream.
   *
   * @throws {CorruptionError} when damage was found, now or before; {@link takeReports} forgets it
   */
  check(): void {
    for (const block of this.#blocks) {
      if (block !== undefined) this.#report("check", block, this.#inspect(block));
    }
    for (const block of this.#quarantine.blocks()) this.#inspectClosed("check", block);
    this.#reports.deliver();
    this.#reports.assertNoDamage();
    if (isPooledAllocator(this.upstream)) this.upstream.check();
  }

  /** Passes on, to what is below, that a blob was collected without being freed. */
  noteReclaimed(handle: Handle, sharers: number): void {
    if (this.#handles.isLive(handle)) notifyReclaimed(this.upstream, this.#below[slotOf(handle)] as Handle, sharers);
  }

  #allocGuarded(size: number): Handle {
    const below = this.#take(size, guardedBytes(size));
    const handle = this.#open(size, below);
    const block = new GuardedBlock(handle, below, size, this.#site("alloc"));
    try {
      block.open(this.upstream.lock(below), this.#options.poisonOnAlloc);
      this.upstream.unlock(below);
    } catch (error) {
      this.free(handle);
      throw error;
    }
    this.#blocks[slotOf(handle)] = block;
    this.#bytesBelow += block.bytesBelow - size;
    return handle;
  }

  /** Memory of the upstream; where it has no room, what is in quarantine makes way, the oldest first. */
  #take(size: number, bytesBelow: number): Handle {
    for (;;) {
      try {
        return this.upstream.alloc(Math.min(bytesBelow, MAX_SIZE));
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        if (this.#quarantine.length === 0) throw this.#outOfMemory(size, error);
        this.#release("alloc", bytesBelow);
        // Of this allocation, nothing is there yet.
        this.#reports.deliver();
      }
    }
  }

  #open(size: number, below: Handle): Handle {
    const handle = this.#handles.open();
    if (handle < 0) {
      this.upstream.free(below);
      throw this.#outOfMemory(size, undefined);
    }
    const slot = slotOf(handle);
    if (slot >= this.#below.length) this.#grow();
    this.#below[slot] = below;
    this.#sizes[slot] = size;
    this.#blocks[slot] = undefined;
    this.#meter.add(size);
    this.#bytesBelow += size;
    return handle as Handle;
  }

  #lockGuarded(block: GuardedBlock, bytes: Uint8Array, op: LockOp, isFirst: boolean): Uint8Array {
    if (isFirst) {
      const view = block.viewOf(bytes);
      if (op === LockOp.LOCK_FOR_READ) block.forbidWrites(this.#site("lock"));
      return view;
    }
    if (op === LockOp.LOCK_FOR_WRITE) {
      // From here on writes are allowed; what was written before was not.
      this.#report("lock", block, block.inspect(bytes));
      block.allowWrites();
    }
    const view = block.viewOf(bytes);
    this.#reports.deliver();
    return view;
  }

  /** Verifies a live block and fills it with poison. @returns false, having changed nothing, when it cannot be locked */
  #close(block: GuardedBlock): boolean {
    try {
      const bytes = this.upstream.lock(block.below);
      this.#report("free", block, block.inspect(bytes));
      block.close(bytes, this.#site("free"));
      this.upstream.unlock(block.below);
      return true;
    } catch {
      // The upstream is broken, disposed, or has the block locked elsewhere: it is not freed.
      return false;
    }
  }

  #sequester(block: GuardedBlock): void {
    this.#history.add(block.handle, block);
    this.#quarantine.add(block);
    while (this.#quarantine.isOverfull) this.#giveBackOldest("free");
  }

  /** Gives back so many bytes of the quarantine, at least, or all there is. */
  #release(operation: GuardOperation, bytes: number): void {
    const least = this.#quarantine.byteLength - bytes;
    while (this.#quarantine.length > 0 && this.#quarantine.byteLength > least) this.#giveBackOldest(operation);
  }

  #giveBackOldest(operation: GuardOperation): void {
    const block = this.#quarantine.takeOldest()!;
    this.#inspectClosed(operation, block);
    this.upstream.free(block.below);
  }

  #inspect(block: GuardedBlock): BlockFault[] {
    if (this.#handles.lockCount(block.handle) > 0) return block.inspect(block.lockedBytes!);
    return this.#locked(block, (bytes) => block.inspect(bytes)) ?? [];
  }

  #inspectClosed(operation: GuardOperation, block: GuardedBlock): void {
    const fault = this.#locked(block, (bytes) => block.inspectClosed(bytes));
    if (fault !== undefined) this.#report(operation, block, [fault]);
  }

  /** Looks at a block that the user has not locked; undefined where the upstream does not let it. */
  #locked<T>(block: GuardedBlock, look: (bytes: Uint8Array) => T): T | undefined {
    try {
      const found = look(this.upstream.lock(block.below));
      this.upstream.unlock(block.below);
      return found;
    } catch {
      return undefined;
    }
  }

  #report(operation: GuardOperation, block: GuardedBlock, faults: readonly BlockFault[]): void {
    for (const { fault, damage } of faults) {
      const { handle, size, allocatedAt, freedAt } = block;
      const lockedAt = fault === "write-through-read-lock" ? block.lockedAt : undefined;
      const foundAt = this.#site(operation);
      this.#reports.add({ fault, handle, operation, foundAt, size, allocatedAt, lockedAt, freedAt, ...damage });
    }
  }

  /** A call with a handle that is not live. */
  #reportDead(operation: "lock" | "unlock" | "free", handle: unknown): void {
    const known = this.#history.find(handle);
    const stale = operation === "free" ? "double-free" : "use-after-free";
    const fault = known === undefined ? "unknown-handle" : stale;
    this.#reports.add({ fault, handle, operation, foundAt: this.#site(operation), ...known });
    this.#reports.deliver();
  }

  #site(operation: GuardOperation): CallSite | undefined {
    return this.#options.callSites ? captureCallSite(GuardAdaptor.prototype[operation]) : undefined;
  }

  #outOfMemory(requestedBytes: number, cause: OutOfMemoryError | undefined): OutOfMemoryError {
    return guardOutOfMemory(NAME, requestedBytes, this.#meter.stats().liveBytes, this.#bytesBelow, cause);
  }

  #grow(): void {
    const below = new Int32Array(this.#below.length * 2);
    below.set(this.#below);
    this.#below = below;
    const sizes = new Float64Array(this.#sizes.length * 2);
    sizes.set(this.#sizes);
    this.#sizes = sizes;
  }
}
