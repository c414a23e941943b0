import type { AllocatorStats } from "../allocator.ts";
import type { Arena } from "./arena.ts";
import { GRANULE } from "./granule.ts";
import {
  FREED_BYTES,
  FREED_COUNT,
  LIVE_BYTES,
  LIVE_COUNT,
  LOCKED_COUNT,
  PEAK_BYTES,
  PEAK_COUNT,
  REUSED_BYTES,
  REUSED_COUNT,
} from "./layout.ts";

/** What an arena says of itself, once everything pending is freed; `reservedBytes` is known only to whoever owns its memory. */
export function arenaStats(arena: Arena, reservedBytes: number): AllocatorStats {
  arena.drain();
  const { counters, records } = arena;
  const liveBytes = counters[LIVE_BYTES]!;
  const liveCount = records[LIVE_COUNT]!;
  return {
    liveBytes,
    liveCount,
    peakBytes: counters[PEAK_BYTES]!,
    peakCount: records[PEAK_COUNT]!,
    totalBytes: liveBytes + counters[FREED_BYTES]! + counters[REUSED_BYTES]!,
    totalCount: liveCount + counters[FREED_COUNT]! + counters[REUSED_COUNT]!,
    lockedCount: records[LOCKED_COUNT]!,
    footprintBytes: footprintOf(arena),
    reservedBytes,
    largestFreeBytes: arena.largestFree() * GRANULE,
  };
}

/** Bytes of all regions that were ever handed out. */
export function footprintOf(arena: Arena): number {
  let granules = 0;
  for (let region = 0; region < arena.regionsEnd; region++) granules += arena.highWaterOf(region);
  return granules * GRANULE;
}
