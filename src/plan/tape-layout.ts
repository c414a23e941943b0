/** What stands on the tape of a plan. Numbers only, and no imports (heap/layout.ts says why). */

/** Words of the tape for each event. */
export const EVENT_WORDS = 2;
/** Stands behind the last event: no size, no inverted slot, and no {@link WITHOUT_PLACE}. */
export const END: number = -(1 << 29);
/** Added to the size of an allocation that has no place: the word then equals no size. */
export const WITHOUT_PLACE: number = 1 << 31;
