import { alignUp, GRANULE } from "../../heap/granule.ts";
import { planSync } from "../../plan/plan.ts";
import type { BlockTable, PlanSummary } from "./report-model.ts";

/** Lays the blocks out offline, with all lifetimes known: what the best allocator could reach. */
export function planBlocks(blocks: BlockTable, timeoutMs: number, maxBlocks: number): PlanSummary {
  const { count, id, size, from, to } = blocks;
  const lowerBound = mostGranules(blocks) * GRANULE;
  if (count === 0) return { lowerBound: 0, height: 0, optimal: true, remark: "" };
  if (count > maxBlocks) {
    const remark = `Not planned: ${count} blocks are more than the ${maxBlocks} that a report plans.`;
    return { lowerBound, height: null, optimal: false, remark };
  }
  const buffers = Array.from(id, (_, block) => ({
    id: block,
    lower: from[block]!,
    upper: to[block]!,
    size: alignUp(size[block]!),
  }));
  try {
    const plan = planSync({ buffers }, { timeoutMs });
    const bound = Math.max(plan.lowerBound, lowerBound);
    const optimal = plan.height === bound;
    return {
      lowerBound: bound,
      height: plan.height,
      optimal,
      remark: optimal ? "" : `Not proved: the planner's ${timeoutMs} ms ran out.`,
    };
  } catch (error) {
    return { lowerBound, height: null, optimal: false, remark: error instanceof Error ? error.message : String(error) };
  }
}

/** The most granules alive at once. */
function mostGranules({ count, size, from, to }: BlockTable): number {
  const byEnd = Int32Array.from({ length: count }, (_, block) => block).sort((a, b) => to[a]! - to[b]!);
  let live = 0;
  let most = 0;
  for (let block = 0, ended = 0; block < count; block++) {
    while (ended < count && to[byEnd[ended]!]! <= from[block]!) live -= alignUp(size[byEnd[ended++]!]!) / GRANULE;
    live += alignUp(size[block]!) / GRANULE;
    most = Math.max(most, live);
  }
  return most;
}
