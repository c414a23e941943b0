import type { AllocatorStats, Handle, IAllocator, IPooledAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { isAllocator, isPooledAllocator } from "../allocators/is-allocator.ts";
import { BlobError, describe } from "../errors.ts";

/** A method that is there where the upstream is pooled. */
export type IfPooled<A extends IAllocator, Method> = A extends IPooledAllocator ? Method : Method | undefined;

/**
 * What goes around an allocator and is one itself: the base of every adaptor. As it is, it passes each call on.
 *
 * Handles are the upstream's own, and so are its errors: an adaptor in between costs a call, and `lock` gives the very
 * view of the upstream. Adaptors stack in any order. What is allocated through an adaptor must be freed through it, or
 * through one that goes around it: it does not see what goes past it.
 *
 * `stats`, `trim` and `check` are there if and only if the upstream has them. They are fields, so an adaptor that has
 * something to add overrides {@link statsOf}, {@link trimOf} and {@link checkOf}.
 */
export class Adaptor<A extends IAllocator = IAllocator> implements IAllocator {
  /** The allocator that it goes around. */
  readonly upstream: A;
  readonly stats: IfPooled<A, () => AllocatorStats>;
  readonly trim: IfPooled<A, () => number>;
  readonly check: IfPooled<A, () => void>;

  /** @throws {BlobError} when `upstream` is no allocator */
  constructor(upstream: A) {
    if (!isAllocator(upstream)) {
      throw new BlobError(`${new.target.name} goes around an allocator, not ${describe(upstream)}. Give it one.`);
    }
    this.upstream = upstream;
    const pool = isPooledAllocator(upstream) ? upstream : undefined;
    this.stats = (pool && (() => this.statsOf(pool))) as IfPooled<A, () => AllocatorStats>;
    this.trim = (pool && (() => this.trimOf(pool))) as IfPooled<A, () => number>;
    this.check = (pool && (() => this.checkOf(pool))) as IfPooled<A, () => void>;
  }

  alloc(size: number): Handle {
    return this.upstream.alloc(size);
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    return this.upstream.lock(handle, op);
  }

  unlock(handle: Handle): void {
    this.upstream.unlock(handle);
  }

  free(handle: Handle): boolean {
    return this.upstream.free(handle);
  }

  /** What `stats` gives. As it is, what the upstream says of itself. */
  protected statsOf(pool: IPooledAllocator): AllocatorStats {
    return pool.stats();
  }

  /** What `trim` does. @returns the bytes given back */
  protected trimOf(pool: IPooledAllocator): number {
    return pool.trim();
  }

  /** What `check` does. @throws {CorruptionError} with what it found */
  protected checkOf(pool: IPooledAllocator): void {
    pool.check();
  }
}
