import { expect, test } from "vitest";
import { measureFrames } from "./measure-frames.ts";
import { toPlanes } from "./to-planes.ts";
import { WAYS } from "./ways.ts";

test("interleaved bytes become planes of floats from 0 to 1", () => {
  const planes = new Float32Array(6);
  toPlanes(Uint8Array.of(0, 51, 102, 255, 204, 153), planes);
  expect([...planes]).toEqual([0, 1, 0.2, 0.8, 0.4, 0.6].map(Math.fround));
});

test("every way computes the same, frame by frame", async () => {
  const results = await Promise.all(WAYS.map((way) => measureFrames(way, [1, 3, 4, 5], 7)));
  expect(new Set(results.map(({ checksum }) => checksum)).size).toBe(1);
  expect(results[0]!.checksum).toBeCloseTo((0 + 1 + 2 + 3 + 4 + 5 + 6) / 255);
  for (const { frameMs, peakRssBytes, baseRssBytes } of results) {
    expect(frameMs).toHaveLength(7);
    expect(peakRssBytes).toBeGreaterThan(2 ** 20);
    expect(baseRssBytes).toBeGreaterThan(2 ** 20);
  }
});
