import type { IAllocator } from "../allocator.ts";
import { BlobError, describe } from "../errors.ts";
import { HeapAllocator } from "./heap.ts";
import { isAllocator } from "./is-allocator.ts";

let current: IAllocator | undefined;

/** The allocator of blobs that were given none: one `HeapAllocator` per thread, made when it is first asked for. */
export function defaultAllocator(): IAllocator {
  current ??= new HeapAllocator();
  return current;
}

/**
 * Replaces the default of this thread. Blobs that exist keep the allocator they have.
 *
 * @param allocator `undefined`: a fresh `HeapAllocator`, made when it is first asked for
 * @throws {BlobError} when it has not the four methods of an allocator
 */
export function setDefaultAllocator(allocator: IAllocator | undefined): void {
  if (allocator !== undefined && !isAllocator(allocator)) {
    throw new BlobError(
      `The default allocator must have alloc, lock, unlock and free, not be ${describe(allocator)}. ` +
        "Give an allocator, or undefined for a fresh HeapAllocator.",
    );
  }
  current = allocator;
}
