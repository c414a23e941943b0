import type { PlanBuffer, PlanProblem } from "tensorheap/plan";
import { createRandom, logUniformSize } from "../lib/random.ts";

/**
 * Buffers of 64 B to 1 MiB, one beginning at each moment, of which about `live` live at once: lifetimes are drawn from an
 * exponential distribution. Unlike the traces of inference, nothing in it nests or repeats.
 */
export function crowd(count: number, live: number): PlanProblem {
  const random = createRandom(live);
  const buffers = Array.from({ length: count }, (_, id): PlanBuffer => {
    const duration = 1 + Math.floor(-Math.log(1 - random()) * live);
    const size = 64 * Math.ceil(logUniformSize(random, 64, 2 ** 20) / 64);
    return { id, lower: id, upper: id + duration, size };
  });
  return { buffers };
}
