import { expect, test } from "vitest";
import { longestGap } from "./longest-gap.ts";

function block(): void {
  const begun = process.cpuUsage().user;
  while (process.cpuUsage().user - begun < 60_000);
}

test("what blocks the event loop shows", async () => {
  const buffers = [
    { id: 1, lower: 0, upper: 2, size: 3 },
    { id: 2, lower: 1, upper: 3, size: 4 },
  ];
  expect(await longestGap({ buffers }, { onProgress: block })).toBeGreaterThanOrEqual(60);
});
