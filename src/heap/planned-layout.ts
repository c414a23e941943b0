/**
 * The words of a planned allocator's slot, and what can stand in them. Numbers only, and no imports (layout.ts says why).
 */

/** Eight, of which five are used: a shift is sooner done than a multiplication. */
export const SLOT_WORDS = 8;
/** ≥ 0: the live handle; < 0: the slot's next handle, inverted. */
export const HANDLE = 0;
/** Locks of a live slot; the next spare slot of a spare one. */
export const LOCKS = 1;
/** The number of the allocation within its run. */
export const STEP = 2;
/** The run that it was made in. */
export const RUN = 3;
/** The handle below, or {@link PLANNED}. */
export const BELOW = 4;
export const PLANNED = -1;
