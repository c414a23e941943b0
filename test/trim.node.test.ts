import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MIB = 2 ** 20;

test.runIf(process.platform === "linux")(
  "trim gives the pages inside a region back to the system, counts them once, and touches no live block",
  () => {
    const child = fileURLToPath(new URL("children/trim.ts", import.meta.url));
    const printed = execFileSync(process.execPath, ["--import", "tsx", child], { encoding: "utf8" });
    const { trimmed, fell, again, areKept, isZero, reservedBytes } = JSON.parse(printed);
    // 32 MiB of large blocks, and 12 MiB of small ones, whose pages are all whole.
    expect(trimmed).toBe(44 * MIB);
    expect(fell).toBeGreaterThan(42 * MIB);
    expect(again).toBe(0);
    expect({ areKept, isZero, reservedBytes }).toEqual({ areKept: true, isZero: true, reservedBytes: 256 * MIB });
  },
);
