/** The most dims of a tensor in a file: NumPy's limit. A file that says more is damaged, or meant to cost time. */
export const MAX_RANK = 64;

/**
 * Bytes of the elements of dims that come from a file, without trust in them.
 *
 * Zeros are left out of the product that is checked, so that no part of the dims is beyond a desc either.
 *
 * @returns a fraction when elements smaller than a byte do not fill the last one; `undefined` when the elements, all dims
 *   of 0 taken as 1, have more than 2^53 - 1 bits
 */
export function byteSizeOf(dims: readonly number[], bits: number): number | undefined {
  let total = bits;
  for (const dim of dims) {
    if (dim !== 0) total *= dim;
    if (total > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return dims.includes(0) ? 0 : total / 8;
}
