import { expect, test } from "vitest";
import { readTrace } from "../bench/lib/trace.ts";
import { Program } from "../bench/workloads/program.ts";
import { HeapAllocator } from "../src/index.ts";
import type { Handle } from "../src/index.ts";

/** How much more than the live bytes a general heap may hold for a real model: the project's own bound. */
const LARGEST_RATIO = 1.25;
const REPLAYS = 3;

test.each(["det640", "rec320", "recdyn", "ocrpage"])(
  "replaying %s three times keeps the footprint near the peak and leaves nothing alive",
  (name) => {
    const trace = readTrace(new URL(`../bench/traces/${name}_nopat.jsonl.gz`, import.meta.url));
    const heap = new HeapAllocator();
    let refused = 0;
    const replay = new Program(trace);
    const peer = {
      none: -1,
      alloc: (size: number): number => heap.alloc(size),
      free(block: number): void {
        if (!heap.free(block as Handle)) refused++;
      },
      write() {},
    };
    replay.prepare(peer);
    for (let round = 0; round < REPLAYS; round++) {
      replay.pass(peer, 0);
      expect(heap.stats()).toMatchObject({ liveBytes: 0, liveCount: 0, lockedCount: 0 });
      heap.check();
    }

    const stats = heap.stats();
    expect(refused).toBe(0);
    expect(stats).toMatchObject({ peakBytes: trace.peakBytes, totalCount: REPLAYS * trace.pairs });
    expect(stats.footprintBytes).toBeGreaterThanOrEqual(trace.peakBytes);
    expect(stats.footprintBytes / trace.peakBytes).toBeLessThanOrEqual(LARGEST_RATIO);
  },
);
