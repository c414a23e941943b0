import type { IAllocator } from "../../allocator.ts";
import { isAllocator } from "../../allocators/is-allocator.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { BlobError, describe } from "../../errors.ts";

/**
 * Throws unless there can be canaries around the blocks of an allocator.
 *
 * @throws {BlobError} when it is none, or has one block for everybody
 */
export function assertGuardable(upstream: unknown): asserts upstream is IAllocator {
  if (!isAllocator(upstream)) {
    throw new BlobError(`A GuardAdaptor goes around an allocator, not ${describe(upstream)}. Give it one.`);
  }
  for (let below: unknown = upstream; isAllocator(below); below = (below as { upstream?: unknown }).upstream) {
    if (!(below instanceof PreallocatedAllocator)) continue;
    throw new BlobError(
      `A GuardAdaptor cannot guard a PreallocatedAllocator: its one block is everybody's, and has no room for canaries. ` +
        "Guard the allocator that the memory came from.",
    );
  }
}
