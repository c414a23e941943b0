import type { BlockTable } from "./report-model.ts";

/** For each event the blocks that end there: one as a rule, two where an id that is alive is used again. */
export interface Timetable {
  /** The first block that ends at this event, or -1. */
  first(event: number): number;
  /** Another one that ends where this block does, or -1. */
  next(block: number): number;
}

/** Lists the ends of the blocks by event. Blocks that live to the end are not listed. */
export function timetable(blocks: Pick<BlockTable, "count" | "to">, events: number): Timetable {
  const heads = new Int32Array(events).fill(-1);
  const others = new Int32Array(blocks.count).fill(-1);
  for (let block = 0; block < blocks.count; block++) {
    const end = blocks.to[block]!;
    if (end >= events) continue;
    others[block] = heads[end]!;
    heads[end] = block;
  }
  return { first: (event) => heads[event]!, next: (block) => others[block]! };
}
