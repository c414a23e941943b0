import { GRANULE, granulesOf } from "../../heap/granule.ts";
import type { Growth } from "./replay-on-heap.ts";
import type { BlockTable, FragmentationSeries, Peak, Segment } from "./report-model.ts";
import { timetable } from "./timetable.ts";

const MOST_SAMPLES = 512;
/** Blocks that may be looked at in all: the more are alive, the fewer samples. */
const MOST_WORK = 8_000_000;

/** Measures the holes between live blocks at moments along the replay. The peak is one of them. */
export function measureFragmentation(
  blocks: BlockTable,
  segments: readonly Segment[],
  growth: Growth,
  events: number,
  peak: Peak,
): FragmentationSeries {
  const samples = Math.min(events, MOST_SAMPLES, Math.max(16, Math.floor(MOST_WORK / (peak.mostBlocks + 1))));
  const moments = new Set<number>();
  for (let sample = 0; sample < samples; sample++) moments.add(Math.floor(((sample + 1) * events) / samples) - 1);
  if (events > 0) moments.add(peak.event);
  const event = Int32Array.from(moments).sort();
  const series = {
    event,
    live: new Float64Array(event.length),
    rounded: new Float64Array(event.length),
    holes: new Float64Array(event.length),
    largestHole: new Float64Array(event.length),
    footprint: new Float64Array(event.length),
  };
  const endOf = timetable(blocks, events);
  const alive = new Set<number>();
  let grown = 0;
  for (let at = 0, next = 0, sample = 0; sample < event.length; at++) {
    for (let block = endOf.first(at); block >= 0; block = endOf.next(block)) alive.delete(block);
    if (next < blocks.count && blocks.from[next] === at) alive.add(next++);
    if (event[sample] !== at) continue;
    while (grown < growth.event.length && growth.event[grown]! <= at) grown++;
    series.footprint[sample] = growth.bytes[grown - 1] ?? 0;
    for (const block of alive) {
      series.live[sample]! += blocks.size[block]!;
      series.rounded[sample]! += granulesOf(blocks.size[block]!) * GRANULE;
    }
    const holes = holesBetween(blocks, segments, alive);
    series.holes[sample] = holes.total * GRANULE;
    series.largestHole[sample] = holes.largest * GRANULE;
    sample++;
  }
  return series;
}

/** Free granules that have a live block on their far side, seen from where their segment began to grow. */
function holesBetween(
  { region, granule, size }: BlockTable,
  segments: readonly Segment[],
  alive: Set<number>,
): { total: number; largest: number } {
  const order = [...alive]
    .filter((block) => region[block]! >= 0)
    .sort((a, b) => region[a]! - region[b]! || granule[a]! - granule[b]!);
  let total = 0;
  let largest = 0;
  let at = 0;
  for (const segment of segments) {
    let edge = segment.down ? -1 : segment.from;
    for (; at < order.length; at++) {
      const block = order[at]!;
      if (region[block] !== segment.region || granule[block]! >= segment.to) break;
      if (edge >= 0) note(granule[block]! - edge);
      edge = granule[block]! + granulesOf(size[block]!);
    }
    if (segment.down && edge >= 0) note(segment.to - edge);
  }
  return { total, largest };

  function note(hole: number): void {
    total += hole;
    largest = Math.max(largest, hole);
  }
}
