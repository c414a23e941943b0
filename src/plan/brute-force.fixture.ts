import type { PlanProblem } from "./problem.ts";

/**
 * The least height of a small problem, by trying every plan in which each buffer lies at 0 or on another, from the bottom
 * up. Shares no code with the planner.
 */
export function leastHeight({ buffers }: PlanProblem): number {
  const count = buffers.length;
  const meets = buffers.map((one) => buffers.map((other) => one.lower < other.upper && other.lower < one.upper));
  const bound = largestTotal({ buffers });
  const offsets = Array.from<number>({ length: count }).fill(-1);
  let best = buffers.reduce((sum, { size }) => sum + size, 0);
  visit(0, 0, 0);
  return best;

  function visit(placed: number, lowest: number, height: number): void {
    if (height >= best || best === bound) return;
    if (placed === count) {
      best = height;
      return;
    }
    for (let index = 0; index < count; index++) {
      if (offsets[index]! >= 0) continue;
      const offset = floorOf(index);
      if (offset < lowest) continue;
      offsets[index] = offset;
      visit(placed + 1, offset, Math.max(height, offset + buffers[index]!.size));
      offsets[index] = -1;
    }
  }

  function floorOf(index: number): number {
    let floor = 0;
    for (let other = 0; other < count; other++) {
      if (offsets[other]! >= 0 && meets[index]![other]!)
        floor = Math.max(floor, offsets[other]! + buffers[other]!.size);
    }
    return floor;
  }
}

/** The most bytes that live at once. */
export function largestTotal({ buffers }: PlanProblem): number {
  const totals = buffers.map(({ lower: moment }) =>
    buffers.reduce((sum, { lower, upper, size }) => sum + (lower <= moment && moment < upper ? size : 0), 0),
  );
  return Math.max(0, ...totals);
}
