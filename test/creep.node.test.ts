import { expect, test } from "vitest";
import { readTrace } from "../bench/lib/trace.ts";
import { Program } from "../bench/workloads/program.ts";
import { HeapAllocator, PlannedAllocator } from "../src/index.ts";
import type { Handle, IAllocator } from "../src/index.ts";

/** A heap, or what stands on one, as the benchmark's loop drives it. */
function peerOf(allocator: IAllocator) {
  return {
    none: -1 as Handle,
    alloc: (size: number): Handle => allocator.alloc(size),
    free(handle: Handle): void {
      if (!allocator.free(handle)) throw new Error(`${handle} was not freed.`);
    },
    write() {},
  };
}

// 10,000 replays of each trace gave the same, to the byte; they take half a minute when compiled, and so are not run here.
test.each([
  ["det640", 300],
  ["rec320", 300],
  ["recdyn", 60],
  ["ocrpage", 60],
] as const)("%s needs no more after %i replays than after 3", (name, replays) => {
  const program = new Program(readTrace(new URL(`../bench/traces/${name}_nopat.jsonl.gz`, import.meta.url)));
  const heap = new HeapAllocator();
  const peer = peerOf(heap);
  program.prepare(peer);
  const footprints = new Set<number>();
  for (let replay = 1; replay <= replays; replay++) {
    program.pass(peer, 0);
    if (replay >= 3) footprints.add(heap.stats().footprintBytes);
  }
  expect(footprints.size).toBe(1);
  heap.check();
});

test("a planned run needs no more after 300 replays than after 3, and no more than its lower bound", () => {
  const program = new Program(readTrace(new URL("../bench/traces/det640_nopat.jsonl.gz", import.meta.url)));
  const heap = new HeapAllocator();
  const planned = new PlannedAllocator(heap);
  const peer = { ...peerOf(planned), beginRun: () => planned.beginRun(), endRun: () => planned.endRun() };
  program.prepare(peer);
  const footprints = new Set<number>();
  for (let replay = 1; replay <= 300; replay++) {
    program.pass(peer, 0);
    if (replay >= 3) footprints.add(heap.stats().footprintBytes);
  }
  expect(footprints.size).toBe(1);
  const { hits, plannedBytes, lowerBoundBytes } = planned.report();
  expect({ hits, plannedBytes }).toEqual({ hits: 299, plannedBytes: lowerBoundBytes });
});
