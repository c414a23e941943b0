import { describe, expect, test } from "vitest";
import { LOOP_ONLY, PEERS } from "./peers.ts";

const scripts = PEERS.filter((peer) => peer.kind === "script").filter(({ id }) => id !== LOOP_ONLY);

test("no two peers share an id", () => {
  const ids = PEERS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(scripts)("$id", (entry) => {
  test("allocates up to the peak, takes writes everywhere, frees, and tells a footprint that holds the blocks", async () => {
    const peer = await entry.load({ peakBytes: 2 ** 20 });
    const sizes = [128, 4_096, 602_112, 2 ** 18];
    const blocks = sizes.map((size) => {
      const block = peer.alloc(size);
      peer.write(block, size, 1_000);
      return block;
    });
    const last = peer.offsetOf?.(blocks.at(-1)) ?? 0;
    const told = peer.highWaterBytes?.() ?? peer.topBytes?.() ?? last + 2 ** 18;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(told).toBeGreaterThanOrEqual(total);
    for (const block of blocks) peer.free(block);
    const again = peer.alloc(602_112);
    peer.write(again, 602_112, 2 ** 31);
    peer.free(again);
  });
});
