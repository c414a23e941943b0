import type { BlockTable, LeakTable } from "./report-model.ts";

const MOST_LISTED = 1000;

/** Blocks that the trace never frees, largest first, older first among equals. */
export function findLeaks({ count, size, to }: BlockTable, events: number): LeakTable {
  const leaks: number[] = [];
  let bytes = 0;
  for (let block = 0; block < count; block++) {
    if (to[block]! < events) continue;
    leaks.push(block);
    bytes += size[block]!;
  }
  leaks.sort((a, b) => size[b]! - size[a]! || a - b);
  return { blocks: Int32Array.from(leaks.slice(0, MOST_LISTED)), count: leaks.length, bytes };
}
