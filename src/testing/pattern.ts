/**
 * Contents that can be told from any other block's: a byte depends on the seed and on its index, with a period far
 * above any block's alignment, so that a shift by a whole granule is seen too.
 */

/** The byte at an index of the pattern of this seed. */
export function patternByte(seed: number, index: number): number {
  return ((Math.imul(seed + 1, 0x9e3779b1) + Math.imul(index, 31) + (index >>> 8)) >>> 3) & 0xff;
}

/** Writes the pattern over all the bytes. */
export function fillPattern(bytes: Uint8Array, seed: number): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = patternByte(seed, i);
}

/**
 * Compares bytes with the pattern.
 *
 * @param stride looks at every stride-th byte only, and at the last one
 * @returns the index of the first byte that differs, -1 when none does
 */
export function firstMismatch(bytes: ArrayLike<number>, seed: number, stride = 1): number {
  const last = bytes.length - 1;
  for (let i = 0; i <= last; i += stride) if (bytes[i] !== patternByte(seed, i)) return i;
  return last >= 0 && bytes[last] !== patternByte(seed, last) ? last : -1;
}
