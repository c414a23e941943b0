import type { BlockTable, Peak } from "./report-model.ts";
import { timetable } from "./timetable.ts";

/** When most bytes are alive, and what is alive at the end. */
export function findPeak(blocks: BlockTable, events: number): { peak: Peak; end: { bytes: number; count: number } } {
  const { size, from } = blocks;
  const endOf = timetable(blocks, events);
  let peak: Peak = { event: 0, bytes: 0, count: 0, mostBlocks: 0 };
  let mostBlocks = 0;
  let bytes = 0;
  let count = 0;
  let next = 0;
  for (let event = 0; event < events; event++) {
    for (let block = endOf.first(event); block >= 0; block = endOf.next(block)) {
      bytes -= size[block]!;
      count--;
    }
    if (next < blocks.count && from[next] === event) {
      bytes += size[next++]!;
      count++;
    }
    if (count > mostBlocks) mostBlocks = count;
    if (bytes > peak.bytes) peak = { event, bytes, count, mostBlocks: 0 };
  }
  return { peak: { ...peak, mostBlocks }, end: { bytes, count } };
}
