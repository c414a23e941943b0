import { describe, expect, test } from "vitest";
import { runCli } from "../run-cli.fixture.ts";
import { LEAKY, TraceFiles, UNREADABLE, lines } from "./trace-files.fixture.ts";

const files = await TraceFiles.make();
const leaky = await files.write("leaky.jsonl", LEAKY);

test("without a command it prints what commands there are, and exit code 2", async () => {
  const { exitCode, stdout, stderr } = await runCli(["trace"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/validate .*\n +snapshot .*\n +diff /);
});

test("help of each of its commands has examples and exit codes", async () => {
  for (const name of ["validate", "snapshot", "diff"]) {
    const { exitCode, stdout } = await runCli(["trace", name, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Examples:\n  tensorheap trace ${name} `);
    expect(stdout).toContain("Exit codes:");
  }
});

describe("validate", () => {
  test("says of a valid trace what is in it", async () => {
    const { exitCode, stdout, stderr } = await runCli(["trace", "validate", leaky]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/leaky\.jsonl: valid: 9 events, 10 ms, peak 300 B, 1 left alive, 100 B\n$/);
  });

  test("names what breaks the rules by its line, with exit code 1", async () => {
    const path = await files.write("rules.jsonl", [...LEAKY, { op: "f", id: 2, t: 19 }]);
    const { exitCode, stdout } = await runCli(["trace", "validate", path]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/rules\.jsonl: not valid: 2 problems in 10 events\n {2}line 11: .*\n {2}line 11: .*\n$/);
  });

  test("judges many files, goes on after one that is missing, and ends with the worst", async () => {
    const foreign = await files.write("foreign.jsonl", lines([{ format: "other" }]));
    const { exitCode, stdout, stderr } = await runCli(["trace", "validate", foreign, "missing.jsonl", leaky]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/foreign\.jsonl: not valid: Trace line 1: .*\n.*leaky\.jsonl: valid: /);
    expect(stderr).toBe("tensorheap: cannot read missing.jsonl: there is no such file. Check the path.\n");
    expect((await runCli(["trace", "validate", leaky, foreign])).exitCode).toBe(1);
  });

  test("--json is a list with an entry for each file", async () => {
    const { exitCode, stdout } = await runCli(["trace", "validate", leaky, "missing.jsonl", "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ file: leaky, error: null, isValid: true, events: 9, peakBytes: 300, endCount: 1 }),
      { file: "missing.jsonl", error: expect.stringContaining("no such file"), isValid: false },
    ]);
  });

  test.each(UNREADABLE)("%s is not valid", async (name, content) => {
    const { exitCode, stdout, stderr } = await runCli(["trace", "validate", await files.write(name, content)]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(stdout).toContain(`${name}: not valid: `);
  });
});

describe("snapshot", () => {
  test("shows what is alive at the peak, by label, by phase and by block", async () => {
    const { exitCode, stdout, stderr } = await runCli(["trace", "snapshot", leaky, "--at", "peak"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^moment +peak, after event 5 of 9, 4 ms\nlive +300 B in 3 blocks\nlocked +1 block\nphase +run\n/,
    );
    expect(stdout).toMatch(/^input +150 B +50\.0 % +1$/m);
    expect(stdout).toMatch(/^\(no label\) +50 B +16\.7 % +1$/m);
    expect(stdout).toMatch(/^ 2 +150 B +1\.5 ms +1 +input +run$/m);
    expect(stdout).toMatch(/^ 1 +100 B +3 ms +weights +load +load \(model\.ts:4:2\)$/m);
  });

  test.each([
    ["end", 9, [1]],
    ["0", 1, []],
    ["1", 2, [1]],
    ["5", 6, [1, 2, 3]],
    ["100", 9, [1]],
    ["0ms", 1, []],
    ["2.5ms", 4, [1, 2]],
    ["0.004s", 6, [1, 2, 3]],
    ["PEAK", 6, [1, 2, 3]],
  ])("--at %s is after %i events", async (at, events, ids) => {
    const { stdout } = await runCli(["trace", "snapshot", leaky, "--at", at, "--json"]);
    const found = JSON.parse(stdout);
    expect(found.events).toBe(events);
    expect(found.blocks.map(({ id }: { id: number }) => id)).toEqual(ids);
  });

  test("--top shows so many blocks, and says how many more there are", async () => {
    const { stdout } = await runCli(["trace", "snapshot", leaky, "--at", "peak", "--top", "1"]);
    expect(stdout).toMatch(/^ 2 +150 B .*\nand 2 more, --json has all\n$/m);
  });

  test.each(["later", "-1", "5min", "1.5"])("--at %j is refused", async (at) => {
    const { exitCode, stderr } = await runCli(["trace", "snapshot", leaky, "--at", at]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Give an event such as 1048, a time such as 12\.5ms or 2s, peak or end\./);
  });
});

describe("diff", () => {
  test("shows what changed in all, and by label, phase and size", async () => {
    const after = await files.write("after.jsonl", [
      ...LEAKY.slice(0, 6),
      { op: "a", id: 7, size: 300, t: 13, label: "cache" },
    ]);
    const { exitCode, stdout, stderr } = await runCli(["trace", "diff", leaky, after]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^peak live +300 B +550 B +\+250 B +\+83\.3 %$/m);
    expect(stdout).toMatch(/^left at the end +100 B +550 B +\+450 B +\+450\.0 %$/m);
    expect(stdout).toMatch(/^by label .*\ncache +\+300 B +\+300 B +\+1 +\+300 B$/m);
    expect(stdout).toMatch(/^\(no label\) +−50 B +−50 B +−1 +=$/m);
    const json = JSON.parse((await runCli(["trace", "diff", leaky, after, "--json"])).stdout);
    expect(json).toMatchObject({ before: leaky, after, peakBytes: { before: 300, after: 550, change: 250 } });
  });

  test("of a trace and itself there is nothing but equal sums", async () => {
    const { exitCode, stdout } = await runCli(["trace", "diff", leaky, leaky]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^peak live +300 B +300 B +=$/m);
    expect(stdout).not.toContain("by ");
  });
});

describe("snapshot and diff refuse a file of which nothing can be read, with exit code 2", () => {
  test.each(UNREADABLE)("%s", async (name, content, message) => {
    const path = await files.write(name, content);
    for (const args of [
      ["snapshot", path],
      ["diff", leaky, path],
      ["diff", path, leaky],
    ]) {
      const { exitCode, stdout, stderr } = await runCli(["trace", ...args]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(message);
    }
  });
});

test("control characters in the names of a trace do not reach the terminal", async () => {
  const evil = { op: "a", id: 1, size: 5, t: 0, label: "\u001B[2Jx", site: "a\r\nb" };
  const path = await files.write("evil.jsonl", [{ op: "m", phase: "\u001B[2J", t: 0 }, evil]);
  const snapshot = await runCli(["trace", "snapshot", path]);
  const diff = await runCli(["trace", "diff", leaky, path]);
  expect(snapshot.stdout).toContain("[2Jx");
  expect(snapshot.stdout + diff.stdout).not.toContain("\u001B");
});

test("a header that is nested too deep to be printed does not cost the answers of the other files", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const header = `{"format":"tensorheap-trace","version":1,"machine":{"cpu":"x"},"deep":${deep}}\n`;
  const nested = await files.write("nested.jsonl", header);
  const { exitCode, stdout } = await runCli(["trace", "validate", leaky, nested, "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ isValid: true }, { isValid: true, header: { machine: { cpu: "x" } } }]);
  expect(stdout).not.toContain("deep");
});

test("a snapshot of very many labels shows the largest and says how many there are more", async () => {
  const events = Array.from({ length: 200_000 }, (_, id) => ({ op: "a", id, size: id, t: 0, label: `label ${id}` }));
  const path = await files.write("many.jsonl", events);
  const { exitCode, stdout } = await runCli(["trace", "snapshot", path, "--top", "3"]);
  expect(exitCode).toBe(0);
  expect(stdout.match(/and 199,997 more, --json has all/g)).toHaveLength(2);
  expect(stdout.split("\n").length).toBeLessThan(25);
});

test("times that are too large to subtract are shown as none", async () => {
  const path = await files.write("huge.jsonl", [
    { op: "a", id: 1, size: 1, t: -1.7e308 },
    { op: "m", phase: "x", t: 1.7e308 },
  ]);
  for (const args of [
    ["trace", "validate", path],
    ["trace", "snapshot", path],
    ["report", path],
  ]) {
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(stdout).not.toMatch(/Infinity|NaN/);
  }
});
