/** The words of a slot of a handle table. Numbers only, and no imports (layout.ts says why). */

export const SLOT_WORDS = 2;
/** ≥ 0: the live handle; < 0: the slot's next handle, inverted. */
export const HANDLE = 0;
/** Of a live slot: the number of locks. Of a free one: the next free slot, 0 at the end. */
export const LOCKS = 1;
