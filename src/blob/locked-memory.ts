import type { LockOp, ReadonlyBytes } from "../allocator.ts";
import { BlobError } from "../errors.ts";
import type { Holding } from "./holding.ts";
import type { PrecisionName } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";
import type { DataOf, ReadonlyDataOf } from "./typed-data.ts";

/** A map for reading: a {@link LockedMemory} that the compiler does not let you write to. */
export interface ReadonlyLockedMemory<P extends PrecisionName = PrecisionName> {
  readonly bytes: ReadonlyBytes;
  readonly data: ReadonlyDataOf<P>;
  readonly isOpen: boolean;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A blob's memory while it is locked: a map. Made by `rmap`, `wmap` and `rwmap`, which lock at once; unlocked by
 * `dispose`, or at the end of the scope of a `using`.
 *
 * An open map keeps the memory alive, even when its blob is deallocated. It shows the shape that the blob had when it was
 * made. Keep the map for as long as its views are used: a view alone does not hold the lock.
 */
export class LockedMemory<P extends PrecisionName = PrecisionName> implements ReadonlyLockedMemory<P> {
  /** Keeps the blob from being collected, since that closes its maps. `undefined` once this one is closed. */
  #owner: object | undefined;
  readonly #holding: Holding;
  readonly #desc: TensorDesc<P>;
  #source: Uint8Array | undefined;

  /** @internal Use `rmap`, `wmap` or `rwmap` of a blob. */
  constructor(owner: object, holding: Holding, desc: TensorDesc<P>, op: LockOp) {
    this.#source = holding.lock(op);
    this.#owner = owner;
    this.#holding = holding;
    this.#desc = desc;
  }

  /** `spanBytes` of the desc: for a tensor without strides and padding, exactly its `byteSize`. @throws {BlobError} after `dispose` */
  get bytes(): Uint8Array {
    return this.#holding.window.bytes(this.#live("bytes"), this.#desc);
  }

  /**
   * The same memory as the typed array of the precision. Element `desc.offsetOf(position)` is the one at that position.
   *
   * @throws {BlobError} after `dispose`, or when the allocator's memory is not aligned to the precision
   */
  get data(): DataOf<P> {
    return this.#holding.window.data(this.#live("data"), this.#desc);
  }

  /** Until `dispose`. */
  get isOpen(): boolean {
    return this.#owner !== undefined;
  }

  /** Unlocks; from then on, `bytes` and `data` throw. Does nothing the second time. */
  dispose(): void {
    if (this.#owner === undefined) return;
    this.#owner = undefined;
    this.#source = undefined;
    this.#holding.unlock();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(name: string): Uint8Array {
    if (this.#source !== undefined) return this.#source;
    throw new BlobError(`This map was disposed, so its ${name} can no longer be used. Map the blob again.`);
  }
}
