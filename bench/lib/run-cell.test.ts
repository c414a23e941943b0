import { expect, test } from "vitest";
import { lastWords, runCell } from "./run-cell.ts";

const timing = { targetMs: 1, warmUpMs: 0, footprint: false };

test("a cell runs in a process of its own and hands back its measurement", async () => {
  const measurement = await runCell({ workload: "64 B", peer: "(loop only)", ...timing });
  expect(measurement).toMatchObject({ peakBytes: 64, footprintBytes: null });
  expect(measurement.pairs).toBeGreaterThan(0);
});

test("a cell that fails is an error with the child's own words", async () => {
  await expect(runCell({ workload: "64 B", peer: "nobody", ...timing })).rejects.toThrow(
    /^exit code 1: Error: No such cell: .*"nobody"/,
  );
});

test("of a crash report, the error's own line is kept", () => {
  expect(
    lastWords("file.ts:3\n  throw x\n        ^\n\nRangeError: too large\n    at f (file.ts:3)\n\nNode.js v20"),
  ).toBe("RangeError: too large");
  expect(lastWords("<--- GCs --->\nFATAL ERROR: Reached heap limit\n 1: 0xb7a")).toBe(
    "FATAL ERROR: Reached heap limit",
  );
  expect(lastWords("Killed\n\n")).toBe("Killed");
  expect(lastWords("")).toBe("no output");
});
