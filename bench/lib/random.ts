/**
 * A small seeded generator (Marsaglia's xorshift32, shifts 13, 17, 5), so that every run and every peer gets the same
 * workload.
 *
 * @param seed any integer; 0, from which the generator would not move, stands for 1
 * @returns a function that gives the next number in [0, 1)
 */
export function createRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Sizes whose logarithm is uniform: as many between 64 and 128 as between 64 Ki and 128 Ki. */
export function logUniformSize(random: () => number, minBytes: number, maxBytes: number): number {
  return Math.min(maxBytes, Math.floor(minBytes * (maxBytes / minBytes) ** random()));
}
