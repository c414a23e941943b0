import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("three million rounds through a limit, labelled statistics and a scope make no garbage", () => {
  const child = fileURLToPath(new URL("children/adaptors-steady-state.ts", import.meta.url));
  const printed = execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", child], { encoding: "utf8" });
  const { heapGrowth, major, liveCount } = JSON.parse(printed) as Record<string, number>;
  expect(heapGrowth).toBeLessThan(1_000_000);
  expect(major).toBe(0);
  expect(liveCount).toBe(64);
});
