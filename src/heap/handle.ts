/**
 * How a handle is made: 12 bits of generation above 18 bits of slot index, 30 bits in all, so that a handle is a small
 * integer in every engine (with compressed pointers, V8 keeps 31-bit integers unboxed).
 *
 * Freeing a slot moves its generation on, so a stale handle is refused until its slot was used 4,096 times more.
 * The first generation differs from one allocator to the next: the handles of one are then not live in another, which
 * would otherwise number its own slots alike. That catches a mix-up wherever the two slots were not, by their history,
 * moved to the same generation (1 in 4,096 by chance).
 */

/** Bits of the slot index: 262,143 handles can be live in one allocator at once. */
export const INDEX_BITS = 18;
export const INDEX_MASK: number = (1 << INDEX_BITS) - 1;
/** One more than the largest handle. */
export const HANDLE_LIMIT: number = 1 << 30;
/** Added to a handle, modulo {@link HANDLE_LIMIT}, it gives the slot's next handle. */
export const GENERATION_STEP: number = 1 << INDEX_BITS;
export const GENERATIONS: number = HANDLE_LIMIT / GENERATION_STEP;

/** How many allocators there were: of one block, such as every wrapped array has, and all others. */
const made = { wrappers: 0, allocators: 0 };

/**
 * The generation that a new allocator starts its slots with, as handle bits. Successive allocators get the bit-reversed
 * numbers 0, 2048, 1024, 3072 … (van der Corput's sequence), which keeps the ones alive together as far apart as can be.
 * Wrappers of arrays count apart: there may be one per frame, and they would soon go round.
 */
export function firstGeneration(kind: "wrappers" | "allocators" = "allocators"): number {
  let reversed = 0;
  for (let bits = made[kind]++, weight = GENERATIONS >> 1; weight > 0; bits >>= 1, weight >>= 1) {
    if (bits & 1) reversed |= weight;
  }
  return reversed << INDEX_BITS;
}

/** The handle that a slot gives out after `handle` was freed. */
export function nextHandle(handle: number): number {
  return (handle + GENERATION_STEP) & (HANDLE_LIMIT - 1);
}
