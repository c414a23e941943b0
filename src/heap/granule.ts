/**
 * The unit of all bookkeeping: sizes and offsets are counted in granules of 64 bytes, a cache line and the alignment
 * that SIMD kernels ask for. In an int32, 2^31 granules address 128 GiB.
 */

/** Bytes of a granule, and the alignment of every block. */
export const GRANULE = 64;

/** Granules that hold `size` bytes; at least one, so that an empty block has a place of its own. */
export function granulesOf(size: number): number {
  // Up to 2 GiB the shift is exact; above it would wrap.
  if (size <= 0x7fff_ffc0) return size === 0 ? 1 : (size + 63) >> 6;
  return Math.ceil(size / GRANULE);
}

/** `size` in bytes, rounded up to whole granules. */
export function alignUp(size: number): number {
  return Math.ceil(size / GRANULE) * GRANULE;
}
