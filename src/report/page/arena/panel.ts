import type { Segment } from "../../model/report-model.ts";

/** Bytes of a granule. */
export const GRANULE = 64;
/** Heights of a row, the gap below it, and the head of a panel, in CSS pixels. */
export const ROW = 18;
export const GAP = 4;
export const HEAD = 20;
const MOST_ROWS = 14;

/** A part of a region as it is drawn: so many rows, each of so many granules. */
export interface Panel {
  readonly segment: Segment;
  readonly top: number;
  readonly rows: number;
  readonly perRow: number;
}

/** Rows go to the segments by their size, and each has one at least. */
export function layOut(segments: readonly Segment[]): Panel[] {
  const total = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const spare = Math.max(MOST_ROWS - segments.length, 0);
  let top = HEAD;
  return segments.map((segment) => {
    const length = segment.to - segment.from;
    const rows = 1 + Math.floor((length / total) * spare);
    const panel = { segment, top, rows, perRow: Math.ceil(length / rows) };
    top += rows * (ROW + GAP) + HEAD + 4;
    return panel;
  });
}

/** Whether a block of that region that begins at that granule is in a panel. */
export function holds({ segment }: Panel, region: number, granule: number): boolean {
  return segment.region === region && granule >= segment.from && granule < segment.to;
}

/** Granules that hold a block of so many bytes; one for an empty one. */
export function granules(size: number): number {
  return Math.max(1, Math.ceil(size / GRANULE));
}
