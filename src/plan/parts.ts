import type { Instance } from "./problem.ts";

/** Buffers that are planned together, from `base` up. */
export interface Part {
  /** Indices in the instance, by `lower`. */
  readonly members: Int32Array;
  readonly base: number;
}

/** What is left to plan, and the offsets of what is planned already. */
export interface Parts {
  readonly parts: readonly Part[];
  /** In units, for each buffer of the instance; 0 for those in `parts`. */
  readonly offsets: Float64Array;
}

/** How often a part is peeled and split again. Nested lifetimes peel one by one, which would take quadratic time. */
const MAX_DEPTH = 128;

/**
 * Takes the easy buffers off and cuts the rest into parts that have nothing to do with each other; neither costs height.
 *
 * Split: where no buffer lives across a moment, what is before it and what is after it never meet.
 *
 * Peel: a buffer that lives together with every other one of its part goes to the bottom. In any plan nothing is beside
 * it, only below or above; what is below can move up by its size, and it to the bottom. Then the rest splits again.
 *
 * Yields between steps of bounded work.
 */
export function* peelAndSplit(instance: Instance): Generator<void, Parts> {
  const { lower, size, count } = instance;
  const offsets = new Float64Array(count);
  const parts: Part[] = [];
  const members = Int32Array.from({ length: count }, (_, index) => index)
    .filter((index) => size[index]! > 0)
    .sort((a, b) => lower[a]! - lower[b]!);
  const open = [{ members, base: 0, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield;
    for (const part of split(instance, next.members)) {
      const { peeled, rest } = peel(instance, part);
      if (peeled.length === 0 || next.depth === MAX_DEPTH) {
        parts.push({ members: part, base: next.base });
        continue;
      }
      let base = next.base;
      for (const index of peeled) {
        offsets[index] = base;
        base += size[index]!;
      }
      if (rest.length > 0) open.push({ members: rest, base, depth: next.depth + 1 });
    }
  }
  return { parts, offsets };
}

function peel(
  { lower, upper }: Instance,
  part: Int32Array<ArrayBuffer>,
): { peeled: Int32Array<ArrayBuffer>; rest: Int32Array<ArrayBuffer> } {
  let firstEnd = Infinity;
  let lastStart = -Infinity;
  for (const index of part) {
    firstEnd = Math.min(firstEnd, upper[index]!);
    lastStart = Math.max(lastStart, lower[index]!);
  }
  const meetsAll = (index: number): boolean => lower[index]! < firstEnd && upper[index]! > lastStart;
  return { peeled: part.filter(meetsAll), rest: part.filter((index) => !meetsAll(index)) };
}

function split({ lower, upper }: Instance, sorted: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer>[] {
  const found: Int32Array<ArrayBuffer>[] = [];
  let begin = 0;
  let lastEnd = -Infinity;
  for (let at = 0; at < sorted.length; at++) {
    if (at > begin && lower[sorted[at]!]! >= lastEnd) {
      found.push(sorted.subarray(begin, at));
      begin = at;
    }
    lastEnd = Math.max(lastEnd, upper[sorted[at]!]!);
  }
  if (begin < sorted.length) found.push(sorted.subarray(begin));
  return found;
}
