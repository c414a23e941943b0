// Numbers only, and no imports (heap/layout.ts says why).

/** Bits of the number of sets, and the seats of a set. */
export const SET_BITS = 11;
export const WAYS = 4;
/** Seats of a table. */
export const SEATS: number = 4 << 11;
/** Words of a key: the region as a word that is not 0, offset in granules, size in bytes as an int32. */
export const KEY_WORDS = 3;
