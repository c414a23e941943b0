import type { Arena } from "./arena.ts";
import { smallZone, largeZone } from "./arena.ts";
import { CAPACITY, FIRST, HIGH, NEXT, OFFSET, SIZE, TOP } from "./layout.ts";
import { isHole } from "./record.ts";

/** Granules of a region, from its start. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What of a region was handed out at some time and is free now: its holes, and what is above its tops. Drains. */
export function freeSpans(arena: Arena, region: number): Span[] {
  arena.drain();
  const { records } = arena;
  const [large, small] = [largeZone(region), smallZone(region)];
  const capacity = records[large + CAPACITY]!;
  const fromStart = spansOfZone(records, large, capacity - records[small + TOP]!);
  const fromEnd = spansOfZone(records, small, capacity - records[large + TOP]!);
  return [...fromStart, ...fromEnd.map(({ start, end }) => ({ start: capacity - end, end: capacity - start }))];
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
