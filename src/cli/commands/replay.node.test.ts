import { describe, expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { runCli } from "../run-cli.fixture.ts";
import { LEAKY, TraceFiles, UNREADABLE } from "./trace-files.fixture.ts";

const RECORDED = fileURLToPath(new URL("../../../bench/traces/rec320_nopat.jsonl.gz", import.meta.url));

const files = await TraceFiles.make();
const leaky = await files.write("leaky.jsonl", LEAKY);

test("a table has a line for each allocator, and says how to read it", async () => {
  const { exitCode, stdout, stderr } = await runCli(["replay", leaky, "--runs", "1"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^trace +.*leaky\.jsonl, 9 events, 3 allocations\npeak live +300 B in 3 blocks\n/);
  expect(stdout).toMatch(/^│ heap +│ +[\d.]+ B │ +[\d.]+ │ +[\d.,]+ │ +[\d.,]+ – [\d.,]+ │ +0 │$/m);
  expect(stdout).toMatch(/^│ planned +│/m);
  expect(stdout).toMatch(/^│ system +│ +– │ +– │/m);
  expect(stdout).toContain("1 sample, warmed up");
});

test("the planned allocator takes what is alive at the peak and no more; the heap little more", async () => {
  const { stdout } = await runCli(["replay", RECORDED, "--on", "planned,heap", "--runs", "2", "--json"]);
  const { peakBytes, allocs, allocators } = JSON.parse(stdout);
  expect({ peakBytes, allocs }).toEqual({ peakBytes: expect.any(Number), allocs: 2527 });
  const [planned, heap] = allocators;
  expect(planned).toMatchObject({
    allocator: "planned",
    refusals: 0,
    damagedBlocks: null,
    samples: 2,
    isPlanned: true,
  });
  expect(heap).toMatchObject({ allocator: "heap", refusals: 0, largestRefusedBytes: 0, samples: 2 });
  expect(planned.footprintOverPeak).toBeLessThan(1.005);
  expect(heap.footprintOverPeak).toBeLessThan(1.1);
  expect(planned.footprintBytes).toBeLessThanOrEqual(heap.footprintBytes);
  expect(heap.fastestNs).toBeLessThanOrEqual(heap.nsPerPair);
  expect(heap.nsPerPair).toBeLessThanOrEqual(heap.slowestNs);
});

test("--verify finds the contents of every block kept on every allocator", async () => {
  const on = "heap,planned,system,statistics,tracking,guard";
  const { exitCode, stdout } = await runCli(["replay", leaky, "--verify", "--on", on, "--runs", "1"]);
  expect(exitCode).toBe(0);
  expect(stdout.match(/all kept/g)).toHaveLength(6);
});

test("--limit refuses what does not fit, with exit code 1", async () => {
  const { exitCode, stdout } = await runCli(["replay", leaky, "--limit", "256", "--runs", "1", "--json"]);
  expect(exitCode).toBe(1);
  const { allocators, limit } = JSON.parse(stdout);
  expect(limit).toBe(256);
  for (const { refusals, largestRefusedBytes } of allocators) {
    expect(refusals).toBeGreaterThan(0);
    expect(largestRefusedBytes).toBeGreaterThan(0);
  }
  const text = (await runCli(["replay", leaky, "--limit", "256", "--on", "system", "--runs", "1"])).stdout;
  expect(text).toMatch(/^limit +256 B$/m);
  expect(text).toContain("1, up to 50 B");
  expect((await runCli(["replay", leaky, "--limit", "1MiB", "--runs", "1"])).exitCode).toBe(0);
});

test("a run that is too long to be planned is said to come from the heap", async () => {
  const events = Array.from({ length: 262_146 }, (_, i) =>
    i % 2 === 0 ? { op: "a", id: i, size: 64, t: 0 } : { op: "f", id: i - 1, t: 0 },
  );
  const path = await files.write("long.jsonl", events);
  const { stdout } = await runCli(["replay", path, "--on", "planned", "--runs", "1"]);
  expect(stdout).toContain("planned: there was no plan");
});

test("a trace without allocations has no footprint to compare and no time", async () => {
  const path = await files.write("marks.jsonl", LEAKY.slice(0, 2));
  const { exitCode, stdout } = await runCli(["replay", path, "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).allocators[0]).toMatchObject({
    footprintBytes: 0,
    footprintOverPeak: null,
    nsPerPair: null,
  });
  expect((await runCli(["replay", path])).stdout).toContain("0 samples, warmed up");
});

test("of a damaged trace, what can be read is replayed", async () => {
  const path = await files.write("odd.jsonl", [...LEAKY.slice(1), { op: "a", id: 9 }, { op: "f", id: 77, t: 30 }]);
  const { exitCode, stdout, stderr } = await runCli(["replay", path, "--on", "heap", "--runs", "1"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("10 events, 3 allocations");
  expect(stderr).toMatch(/odd\.jsonl: line 10: t is undefined, not a number of milliseconds\.$/m);
});

describe("an input of which nothing can be read is one line that says why, and exit code 2", () => {
  test.each(UNREADABLE)("%s", async (name, content, message) => {
    const { exitCode, stdout, stderr } = await runCli(["replay", await files.write(name, content)]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test.each([
    [["--on", "heap,mimalloc"], /--on does not know "mimalloc"\. Choose from heap, planned, system, /],
    [["--on", ""], /--on does not know ""\. Choose from/],
    [["--runs", "0"], /Give a whole number from 1 to 10000\./],
    [["--limit", "much"], /Give whole bytes, such as 1048576/],
    [["--limit", "0"], /--limit 0 leaves nothing to allocate/],
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(["replay", leaky, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
