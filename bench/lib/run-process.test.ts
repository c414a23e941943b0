import { expect, test } from "vitest";
import { lastWords, runProcess } from "./run-process.ts";

test("a process hands back what it wrote to stdout, and sees the variables that it was given", async () => {
  expect(await runProcess(process.execPath, ["-p", "process.env.BENCH_TEST"], { BENCH_TEST: "yes" })).toBe("yes\n");
});

test("a process that fails is an error with its exit code, and a program that is not there one with its name", async () => {
  await expect(runProcess(process.execPath, ["-e", "process.exit(3)"])).rejects.toThrow("exit code 3: no output");
  await expect(runProcess("no-such-program", [])).rejects.toThrow(/no-such-program/);
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
