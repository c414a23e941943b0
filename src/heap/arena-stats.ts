import type { AllocatorStats } from "../allocator.ts";
import {
  FREED_BYTES,
  FREED_COUNT,
  LOCKED_COUNT,
  PEAK_BYTES,
  PEAK_COUNT,
  REUSED_BYTES,
  REUSED_COUNT,
  TOTAL_BYTES,
  TOTAL_COUNT,
} from "./arena-storage.ts";
import type { Arena } from "./arena.ts";
import { GRANULE } from "./granule.ts";

/** What an arena says of itself, once everything pending is freed; `reservedBytes` is known only to whoever owns its memory. */
export function arenaStats(arena: Arena, reservedBytes: number): AllocatorStats {
  arena.drain();
  const { counters, header } = arena;
  let footprint = 0;
  for (let region = 0; region < arena.regionsEnd; region++) footprint += arena.highWaterOf(region);
  return {
    liveBytes: counters[TOTAL_BYTES]! - counters[FREED_BYTES]!,
    liveCount: counters[TOTAL_COUNT]! - counters[FREED_COUNT]!,
    peakBytes: counters[PEAK_BYTES]!,
    peakCount: counters[PEAK_COUNT]!,
    totalBytes: counters[TOTAL_BYTES]! + counters[REUSED_BYTES]!,
    totalCount: counters[TOTAL_COUNT]! + counters[REUSED_COUNT]!,
    lockedCount: header[LOCKED_COUNT]!,
    footprintBytes: footprint * GRANULE,
    reservedBytes,
    largestFreeBytes: arena.largestFree() * GRANULE,
  };
}
