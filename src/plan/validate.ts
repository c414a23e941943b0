import type { PlanProblem } from "./problem.ts";

/** One thing that is wrong with a plan. */
export interface PlanViolation {
  /** Index in `problem.buffers` of the buffer it is about; -1 when it is about the offsets as a whole. */
  readonly index: number;
  /** Index of the buffer that it overlaps, where it is an overlap. */
  readonly other: number | undefined;
  readonly message: string;
}

/**
 * Checks a plan, whoever made it: an offset for every buffer, an integer ≥ 0; nothing ends above the capacity; no two
 * buffers that live at once share a byte. Shares no code with the planner.
 *
 * Sweeps over time with a list of the buffers that are alive, by offset. As long as those are apart, a new one can only
 * overlap its neighbours in the list. A buffer that overlaps is told and left out, so that a plan that is wrong in many
 * places has at least one violation for each buffer that has to move, not one for every pair.
 *
 * @param capacity in bytes; without it, every height is good
 * @returns what is wrong; an empty list says that the plan is right. Never throws for a wrong plan.
 */
export function validate(
  problem: PlanProblem,
  offsets: ArrayLike<number>,
  capacity: number = Number.MAX_SAFE_INTEGER,
): PlanViolation[] {
  const { buffers } = problem;
  const found: PlanViolation[] = [];
  const tell = (index: number, message: string, other?: number): void => {
    found.push({ index, other, message });
  };
  if (offsets.length !== buffers.length) {
    tell(-1, `There are ${offsets.length} offsets for ${buffers.length} buffers.`);
    return found;
  }

  const events: { readonly time: number; readonly index: number; readonly begins: boolean }[] = [];
  for (const [index, { id, lower, upper, size }] of buffers.entries()) {
    const offset = offsets[index]!;
    const name = `Buffer ${index} (id ${id})`;
    if (!(lower < upper && size >= 0)) tell(index, `${name} lives from ${lower} to ${upper} and has ${size} bytes.`);
    else if (!Number.isSafeInteger(offset) || offset < 0) tell(index, `${name} has the offset ${offset}.`);
    else if (!(offset + size <= capacity)) {
      tell(index, `${name} ends at ${offset + size}, above the capacity of ${capacity}.`);
    }
    if (lower < upper && size > 0 && Number.isFinite(offset)) {
      events.push({ time: lower, index, begins: true }, { time: upper, index, begins: false });
    }
  }
  // Lifetimes are half-open: at the same time, ends come first.
  events.sort((a, b) => a.time - b.time || Number(a.begins) - Number(b.begins));

  const alive: number[] = [];
  const endOf = (index: number): number => offsets[index]! + buffers[index]!.size;
  for (const { index, begins } of events) {
    let place = 0;
    for (let high = alive.length; place < high;) {
      const middle = (place + high) >> 1;
      if (offsets[alive[middle]!]! < offsets[index]!) place = middle + 1;
      else high = middle;
    }
    if (!begins) {
      if (alive[place] === index) alive.splice(place, 1);
      continue;
    }
    const below = alive[place - 1];
    const above = alive[place];
    const hit = below !== undefined && endOf(below) > offsets[index]! ? below : above;
    if (hit === undefined || (hit === above && endOf(index) <= offsets[hit]!)) alive.splice(place, 0, index);
    else tell(index, overlap(problem, offsets, index, hit), hit);
  }
  return found;
}

function overlap({ buffers }: PlanProblem, offsets: ArrayLike<number>, index: number, other: number): string {
  const [one, two] = [index, other].map((at) => {
    const { id, lower, upper, size } = buffers[at]!;
    const offset = offsets[at]!;
    return `buffer ${at} (id ${id}) has bytes ${offset} to ${offset + size} from ${lower} to ${upper}`;
  });
  return `Overlap: ${one}, ${two}.`;
}
