import type { BlockTable, SizeClass } from "./report-model.ts";

/** Counts blocks by powers of two of their size, from the smallest class that occurs to the largest. */
export function countSizes({ count, size, from, to }: BlockTable, peakEvent: number): SizeClass[] {
  const counts = new Float64Array(55);
  const bytes = new Float64Array(55);
  const atPeak = new Float64Array(55);
  for (let block = 0; block < count; block++) {
    const at = classOf(size[block]!);
    counts[at]!++;
    bytes[at]! += size[block]!;
    if (from[block]! <= peakEvent && to[block]! > peakEvent) atPeak[at]! += size[block]!;
  }
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  if (first < 0) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = first + index;
    return {
      from: at === 0 ? 0 : 2 ** (at - 1),
      below: 2 ** at,
      count: counts[at]!,
      bytes: bytes[at]!,
      bytesAtPeak: atPeak[at]!,
    };
  });
}

/** 0 for an empty block, else one more than the whole part of the binary logarithm. */
function classOf(size: number): number {
  if (size < 1) return 0;
  const guess = Math.floor(Math.log2(size));
  return (2 ** guess > size ? guess - 1 : 2 ** (guess + 1) <= size ? guess + 1 : guess) + 1;
}
