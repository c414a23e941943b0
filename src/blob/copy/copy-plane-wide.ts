import type { PlanePlan } from "../plane-plan.ts";
import type { Words } from "./words.ts";

/** Copies `rows` × `cols` elements of several words each: 8 bytes, 3 bytes, or memory that is aligned to less than the elements. */
export function copyPlaneWide<W extends Words>(
  from: W,
  to: W,
  words: number,
  plan: PlanePlan,
  s: number,
  t: number,
  rows: number,
  cols: number,
): void {
  const colFrom = plan.cols.source * words;
  const colTo = plan.cols.target * words;
  for (let row = 0; row < rows; row++) {
    let a = (s + row * plan.rows.source) * words;
    let b = (t + row * plan.rows.target) * words;
    for (let i = 0; i < cols; i++, a += colFrom, b += colTo) {
      for (let word = 0; word < words; word++) to[b + word] = from[a + word]!;
    }
  }
}
