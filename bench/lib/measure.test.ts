import { expect, test } from "vitest";
import type { Peer } from "../peers/peer.ts";
import type { Program } from "../workloads/program.ts";
import { randomReplacement } from "../workloads/random-replacement.ts";
import { measure } from "./measure.ts";

const workload = (): Program =>
  randomReplacement({ liveCount: 4, minBytes: 8, maxBytes: 64, seed: 3, steps: 8, stepsPerPass: 4 });
const options = { mode: "raw", targetMs: 0, warmUpMs: 0, footprint: true } as const;

/** Keeps a sum of the live bytes as its top. */
function countingPeer(): Peer<unknown> & { live: number; highest: number } {
  return {
    none: 0,
    live: 0,
    highest: 0,
    alloc(size) {
      this.live += size;
      this.highest = Math.max(this.highest, this.live);
      return size;
    },
    free(block) {
      this.live -= block as number;
    },
    write() {},
  };
}

test("only the timed passes count, whole ones", async () => {
  const result = await measure(workload(), countingPeer(), options);
  expect(result.pairs).toBe(4);
  expect(result.nsPerPair).toBeCloseTo((result.ms * 1e6) / result.pairs);
});

test("a peer's top is looked at after every allocation, and the highest is kept", async () => {
  const peer = countingPeer();
  const result = await measure(workload(), Object.assign(peer, { topBytes: () => peer.live }), options);
  expect(result.footprintBytes).toBe(result.peakBytes);
  expect(result.footprintBytes).toBe(peer.highest);
});

test("a peer's high-water mark is read at the end", async () => {
  const peer = countingPeer();
  const result = await measure(workload(), Object.assign(peer, { highWaterBytes: () => peer.highest }), options);
  expect(result.footprintBytes).toBe(result.peakBytes);
});

test("else the ends of the blocks count, from the start of the peer's heap", async () => {
  const result = await measure(workload(), Object.assign(countingPeer(), { offsetOf: () => 1_000 }), options);
  expect(result.footprintBytes).toBeGreaterThan(1_000);
  expect(result.footprintBytes).toBeLessThanOrEqual(1_064);
});

test("without any of them, or when nobody asks, there is no footprint", async () => {
  expect(await measure(workload(), countingPeer(), options)).toMatchObject({ footprintBytes: null });
  const knowing = Object.assign(countingPeer(), { highWaterBytes: () => 1 });
  const result = await measure(workload(), knowing, { ...options, footprint: false });
  expect(result.footprintBytes).toBeNull();
});
