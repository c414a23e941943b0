import type { Arena } from "./arena.ts";
import { recordOf } from "./record.ts";

/** Throws when two of the blocks share a granule. @param live their handles */
export function expectDisjoint(arena: Arena, live: readonly number[]): void {
  const blocks = live.map((handle) => recordOf(handle));
  const spans = blocks.map((block) => ({
    start: arena.regionOf(block) * 2 ** 20 + arena.offsetOf(block),
    granules: Math.ceil(arena.sizeOf(block) / 64),
  }));
  spans.sort((a, b) => a.start - b.start);
  for (let i = 1; i < spans.length; i++) {
    if (spans[i - 1]!.start + spans[i - 1]!.granules > spans[i]!.start) throw new Error("two blocks share a granule");
  }
}
