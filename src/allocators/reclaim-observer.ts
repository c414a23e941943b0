import type { Handle } from "../allocator.ts";

/**
 * An allocator, or what goes around one, that wants to be told of forgotten blocks: those of blobs that were collected
 * while they held them. For those who keep book of who allocated what; no allocator needs it to work.
 */
export interface ReclaimObserver {
  /**
   * Called from a finaliser, for each such blob. MUST NOT throw. One that goes around another allocator passes it on with
   * {@link notifyReclaimed}, by the handle that the other knows.
   *
   * @param sharers other blobs over the block, as its regions are: it is freed with the last of them. 0: it is freed next
   */
  noteReclaimed(handle: Handle, sharers: number): void;
}

/**
 * Tells an allocator of a forgotten block. Where it does not want to know, the one that it goes around is told in its
 * place: adaptors without handles of their own need not pass it on.
 */
export function notifyReclaimed(allocator: object, handle: Handle, sharers = 0): void {
  let told: unknown = allocator;
  while (typeof told === "object" && told !== null) {
    const { noteReclaimed, upstream } = told as Partial<ReclaimObserver> & { upstream?: unknown };
    if (typeof noteReclaimed === "function") return noteReclaimed.call(told, handle, sharers);
    told = upstream;
  }
}
