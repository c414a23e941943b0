import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("ten million rounds of alloc, lock, unlock and free over 64 live blocks make no garbage", () => {
  const child = fileURLToPath(new URL("children/steady-state.ts", import.meta.url));
  const printed = execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", child], { encoding: "utf8" });
  const { heapGrowth, major, liveCount } = JSON.parse(printed) as Record<string, number>;
  expect(heapGrowth).toBeLessThan(1_000_000);
  expect(major).toBe(0);
  expect(liveCount).toBe(64);
});
