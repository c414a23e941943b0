/** What is left of a list of measurements when only the middle and the ends are told. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value; for an even count, the mean of the two in the middle. @throws {RangeError} for an empty list */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError("The median of no values is not defined. Measure at least once.");
  }
  return (lower + upper) / 2;
}

/** Median and range of the values. @throws {RangeError} for an empty list */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The smallest value that at least `share` of the values are not above: the 99th percentile for 0.99.
 *
 * @throws {RangeError} for an empty list
 */
export function percentile(values: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) {
    throw new RangeError("A percentile of no values is not defined. Measure at least once.");
  }
  return value;
}
