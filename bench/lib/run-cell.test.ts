import { expect, test } from "vitest";
import { runCell } from "./run-cell.ts";

const timing = { mode: "raw", targetMs: 1, warmUpMs: 0, footprint: false } as const;

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
