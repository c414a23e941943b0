import type { PlanePlan } from "../plane-plan.ts";

/** Copies `rows` × `cols` elements of 64 bits, as two words each: a float could lose its NaN payload. */
export function copyPlane64(
  from: Uint32Array,
  to: Uint32Array,
  plan: PlanePlan,
  s: number,
  t: number,
  rows: number,
  cols: number,
): void {
  const colFrom = plan.cols.source * 2;
  const colTo = plan.cols.target * 2;
  for (let row = 0; row < rows; row++) {
    let a = (s + row * plan.rows.source) * 2;
    let b = (t + row * plan.rows.target) * 2;
    for (let i = 0; i < cols; i++, a += colFrom, b += colTo) {
      to[b] = from[a]!;
      to[b + 1] = from[a + 1]!;
    }
  }
}
