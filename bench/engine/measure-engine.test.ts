import { expect, test } from "vitest";
import { measureEngine } from "./measure-engine.ts";
import { CASES } from "./models.ts";
import { WAYS } from "./ways.ts";

const tiny = { ...CASES.find(({ id }) => id === "tiny")!, runs: 20 };

test.each(WAYS)("$id runs a model so many times, and tells what it holds where it knows", async (way) => {
  const { ms, heldBytes, plannedBytes, lowerBoundBytes, peakRssBytes } = await measureEngine(way, tiny, false);
  expect(ms).toHaveLength(20);
  expect(heldBytes === null).toBe(way.id === "onnxruntime-node");
  expect(plannedBytes === null).toBe(!way.id.includes("planned"));
  expect(plannedBytes).toBe(lowerBoundBytes);
  expect(peakRssBytes).toBeGreaterThan(2 ** 20);
});

test("the 20 shapes of the detector are different ones that it takes", () => {
  const { shapes } = CASES.find(({ id }) => id === "detector, 20 shapes")!;
  expect(new Set(shapes.map(String)).size).toBe(20);
  for (const [batch, channels, ...sides] of shapes) {
    expect([batch, channels]).toEqual([1, 3]);
    expect(sides.every((side) => side % 32 === 0 && side >= 320 && side <= 640)).toBe(true);
  }
});
