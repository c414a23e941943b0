import type { IAllocator, IPooledAllocator } from "../../allocator.ts";

/** Bytes that the cases hold live at once, at most: what an allocator under test must be able to give. */
export const CONFORMANCE_BYTES: number = 4 * 2 ** 20;

/** Bytes that `manyHandles` needs: 100,000 blocks of one 64-byte granule. */
export const MANY_HANDLES_BYTES: number = 8 * 2 ** 20;

/** What the kit has to know about an allocator to leave out the cases that do not apply, and to add those that do. */
export interface ConformanceTraits<A extends IAllocator = IAllocator> {
  /**
   * One block for everybody, as `PreallocatedAllocator` has it: every alloc gives the same handle, lock gives all the
   * caller's bytes, free is always false. Default: false.
   */
  readonly oneBlock?: boolean;
  /**
   * The allocator has `stats()`, `trim()` and `check()`, and its blocks are 64-byte aligned.
   * Default: whether it has the three methods. To find out, `make` is called once when the list is built.
   */
  readonly pooled?: boolean;
  /** The native address of a view's first byte. When given, every non-empty block must start on a multiple of 64. */
  readonly addressOf?: (bytes: Uint8Array) => bigint | number;
  /**
   * The allocator's budget in bytes: with nothing live, one block of this size can be had, and never more bytes are
   * live. For a `oneBlock` allocator, the bytes of its block; else at least {@link CONFORMANCE_BYTES}.
   * Default: no budget is known, and nothing is filled to the brim.
   */
  readonly limitBytes?: number;
  /** 100,000 handles can be live at once. Default: true, unless `limitBytes` is below {@link MANY_HANDLES_BYTES}. */
  readonly manyHandles?: boolean;
  /**
   * Locks exclude even within a thread: a write lock on a handle that is locked for reading throws.
   * Default: false, locks of one thread coexist.
   */
  readonly exclusiveLocks?: boolean;
  /** Called after each case with each allocator it made. Every handle is freed by then, unless the case failed. */
  readonly dispose?: (allocator: A) => void | Promise<void>;
}

/** The traits with every default filled in, as the cases see them. */
export interface ResolvedTraits {
  readonly oneBlock: boolean;
  readonly pooled: boolean;
  readonly addressOf: ((bytes: Uint8Array) => bigint | number) | undefined;
  readonly limitBytes: number | undefined;
  readonly manyHandles: boolean;
  readonly exclusiveLocks: boolean;
}

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} when `limitBytes` is too small for the cases
 */
export function resolveTraits<A extends IAllocator>(make: () => A, traits: ConformanceTraits<A>): ResolvedTraits {
  const { oneBlock = false, limitBytes } = traits;
  if (limitBytes !== undefined && !oneBlock && !(limitBytes >= CONFORMANCE_BYTES)) {
    throw new RangeError(
      `limitBytes is ${limitBytes}, and the cases need ${CONFORMANCE_BYTES} bytes live at once. ` +
        "Make the allocator under test with a larger budget.",
    );
  }
  return {
    oneBlock,
    limitBytes,
    pooled: traits.pooled ?? probe(make, traits.dispose),
    addressOf: traits.addressOf,
    manyHandles: traits.manyHandles ?? (limitBytes === undefined || limitBytes >= MANY_HANDLES_BYTES),
    exclusiveLocks: traits.exclusiveLocks ?? false,
  };
}

/** Whether an allocator has the methods of a pooled one. */
export function isPooled(allocator: IAllocator): allocator is IPooledAllocator {
  const { stats, trim, check } = allocator as Partial<IPooledAllocator>;
  return typeof stats === "function" && typeof trim === "function" && typeof check === "function";
}

function probe<A extends IAllocator>(make: () => A, dispose: ConformanceTraits<A>["dispose"]): boolean {
  const allocator = make();
  const pooled = isPooled(allocator);
  void dispose?.(allocator);
  return pooled;
}
