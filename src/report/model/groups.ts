import type { BlockTable, GroupRow, Phase } from "./report-model.ts";

interface Group {
  bytesAtPeak: number;
  countAtPeak: number;
  ownPeakBytes: number;
  totalBytes: number;
  totalCount: number;
  live: number;
}

/** Sums by label; blocks without one are a group of their own. */
export function groupByLabel(blocks: BlockTable, strings: readonly string[], peakEvent: number): GroupRow[] {
  return group(blocks, peakEvent, (block) => {
    const label = blocks.label[block]!;
    return label < 0 ? "(no label)" : strings[label]!;
  });
}

/** Sums by the name of the phase in which a block was allocated. Phases of one name are one group. */
export function groupByPhase(blocks: BlockTable, phases: readonly Phase[], peakEvent: number): GroupRow[] {
  let at = -1;
  return group(blocks, peakEvent, (block) => {
    while (at + 1 < phases.length && phases[at + 1]!.from <= blocks.from[block]!) at++;
    return phases[at]?.name ?? (phases.length === 0 ? "(no phase)" : "(before the first phase)");
  });
}

/** Largest at the peak first. `nameOf` is asked once per block, in order. */
function group(blocks: BlockTable, peakEvent: number, nameOf: (block: number) => string): GroupRow[] {
  const { count, size, from, to } = blocks;
  const groups = new Map<string, Group>();
  const own: Group[] = [];
  const byEnd = Int32Array.from({ length: count }, (_, block) => block).sort((a, b) => to[a]! - to[b]!);
  for (let block = 0, ended = 0; block < count; block++) {
    for (; ended < count && to[byEnd[ended]!]! <= from[block]!; ended++) {
      own[byEnd[ended]!]!.live -= size[byEnd[ended]!]!;
    }
    const name = nameOf(block);
    let row = groups.get(name);
    if (row === undefined) {
      row = { bytesAtPeak: 0, countAtPeak: 0, ownPeakBytes: 0, totalBytes: 0, totalCount: 0, live: 0 };
      groups.set(name, row);
    }
    own.push(row);
    row.live += size[block]!;
    row.ownPeakBytes = Math.max(row.ownPeakBytes, row.live);
    row.totalBytes += size[block]!;
    row.totalCount++;
    if (from[block]! > peakEvent || to[block]! <= peakEvent) continue;
    row.bytesAtPeak += size[block]!;
    row.countAtPeak++;
  }
  const rows = Array.from(groups, ([name, sums]): GroupRow => {
    const { bytesAtPeak, countAtPeak, ownPeakBytes, totalBytes, totalCount } = sums;
    return { name, bytesAtPeak, countAtPeak, ownPeakBytes, totalBytes, totalCount };
  });
  return rows.sort((a, b) => b.bytesAtPeak - a.bytesAtPeak || b.ownPeakBytes - a.ownPeakBytes);
}
