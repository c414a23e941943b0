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
