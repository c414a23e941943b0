import { GcCounter } from "../lib/gc-counter.ts";
import { peakRssBytes } from "../../src/platform/peak-rss.ts";
import type { Way } from "./ways.ts";

export const DIMS: readonly [1, 3, number, number] = [1, 3, 640, 640];
export const FRAMES = 300;

/** What one way took for all frames; the first ones, which run before the compiler is done, are in it. */
export interface FramesMeasurement {
  readonly ms: number;
  /** Each frame's time, in ms. */
  readonly frameMs: readonly number[];
  readonly collections: number;
  readonly collectionMs: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** The most memory of the process that was resident at once, and how much of it was so before the first frame. */
  readonly peakRssBytes: number;
  readonly baseRssBytes: number;
  /** The sum of what the frames gave back: the same for every way. */
  readonly checksum: number;
}

export async function measureFrames(
  way: Way,
  dims: readonly [1, 3, number, number] = DIMS,
  frames: number = FRAMES,
): Promise<FramesMeasurement> {
  const pixels = Uint8Array.from({ length: dims[1] * dims[2] * dims[3] }, (_, i) => i % 251);
  const run = way.start(dims);
  globalThis.gc?.();
  const counter = new GcCounter();
  const baseRssBytes = process.memoryUsage.rss();
  const before = process.resourceUsage();
  const start = performance.now();
  const frameMs = Array.from({ length: frames }, () => 0);
  let checksum = 0;
  for (let frame = 0; frame < frames; frame++) {
    const begin = performance.now();
    pixels[pixels.length - 1] = frame % 256;
    checksum += run(pixels);
    frameMs[frame] = performance.now() - begin;
  }
  const end = performance.now();
  const after = process.resourceUsage();
  const { collections, collectionMs } = await counter.stop(start, end);
  return {
    ms: end - start,
    frameMs,
    collections,
    collectionMs,
    minorFaults: after.minorPageFault - before.minorPageFault,
    majorFaults: after.majorPageFault - before.majorPageFault,
    peakRssBytes: peakRssBytes(),
    baseRssBytes,
    checksum,
  };
}
