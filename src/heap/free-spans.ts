import type { Arena } from "./arena.ts";
import { CAPACITY, FIRST, HIGH, NEXT, OFFSET, SIZE, TOP, ZONE } from "./layout.ts";
import { isHole } from "./record.ts";
import { forEachFreeCell } from "./slabs.ts";
import { largeZone, smallZone } from "./zone.ts";

/** Granules of a region, from its start. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What of a region was handed out at some time and is free now: its holes and free cells, and what is above its tops. Frees empty slabs. */
export function freeSpans(arena: Arena, region: number): Span[] {
  arena.releaseSlabs();
  const { records } = arena;
  const [large, small] = [largeZone(region), smallZone(region)];
  const capacity = records[large + CAPACITY]!;
  const fromStart = spansOfZone(records, large, capacity - records[small + TOP]!);
  const fromEnd = [...spansOfZone(records, small, capacity - records[large + TOP]!), ...cellsOfZone(records, small)];
  return [...fromStart, ...fromEnd.map(({ start, end }) => ({ start: capacity - end, end: capacity - start }))];
}

/** The free cells of a zone, those that stand side by side as one. */
function cellsOfZone(records: Int32Array, zone: number): Span[] {
  const cells: { start: number; end: number }[] = [];
  forEachFreeCell(records, (cell) => {
    if (records[cell + ZONE] !== zone) return;
    const start = records[cell + OFFSET]!;
    cells.push({ start, end: start + records[cell + SIZE]! });
  });
  cells.sort((a, b) => a.start - b.start);
  const spans: { start: number; end: number }[] = [];
  for (const cell of cells) {
    const last = spans.at(-1);
    if (last?.end === cell.start) last.end = cell.end;
    else spans.push(cell);
  }
  return spans;
}

/** @param limit where the other zone's blocks begin: its top may be lower than this one's ever was */
function spansOfZone(records: Int32Array, zone: number, limit: number): Span[] {
  const spans: Span[] = [];
  for (let block = records[zone + FIRST]!; block !== zone; block = records[block + NEXT]!) {
    const start = records[block + OFFSET]!;
    if (isHole(records, block)) spans.push({ start, end: start + records[block + SIZE]! });
  }
  const [top, high] = [records[zone + TOP]!, Math.min(records[zone + HIGH]!, limit)];
  if (high > top) spans.push({ start: top, end: high });
  return spans;
}
