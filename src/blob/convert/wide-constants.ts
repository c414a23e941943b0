/** Numbers only, and no imports: see heap/layout.ts. */

/** What one in the upper 32-bit word of an element weighs. */
export const TWO_32 = 4_294_967_296;
/** From here on in the upper word, the lowest bits of an element are lost in a double. */
export const INEXACT = 2_097_152;
