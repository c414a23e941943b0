/**
 * The two zones of a region. A zone's own record closes the ring of its blocks; the records of a region's zones stand side by
 * side right behind the dummy, the large one's first.
 */
import { CAPACITY, RECORD_WORDS, SMALL_BINS, TOP } from "./layout.ts";

/** The record of a region's large zone, which grows up from offset 0. */
export function largeZone(region: number): number {
  return (1 + 2 * region) * RECORD_WORDS;
}

/** The record of a region's small zone, which grows down from its end. */
export function smallZone(region: number): number {
  return (2 + 2 * region) * RECORD_WORDS;
}

/** The first of the bins that the holes of a zone are in. */
export function binsOfZone(zone: number): number {
  return (~zone & RECORD_WORDS) * (SMALL_BINS / RECORD_WORDS);
}

/** Granules between the tops of a region's two zones. */
export function gapOf(records: Int32Array, zone: number, other: number): number {
  return records[zone + CAPACITY]! - records[zone + TOP]! - records[other + TOP]!;
}

/** Whether a zone is a region's small one, whose offsets count from the region's end. */
export function isSmallZone(zone: number): boolean {
  return (zone & RECORD_WORDS) === 0;
}

/** The region of a zone. */
export function regionOfZone(zone: number): number {
  return ((zone >> 3) - 1) >> 1;
}
