import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { runCli } from "../run-cli.fixture.ts";
import { LEAKY, TraceFiles, UNREADABLE, lines } from "./trace-files.fixture.ts";

const ESCAPE = String.fromCodePoint(27);
const RECORDED = fileURLToPath(new URL("../../../bench/traces/det640_nopat.jsonl.gz", import.meta.url));

const files = await TraceFiles.make();
const leaky = await files.write("leaky.jsonl", LEAKY);

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

describe("as text", () => {
  test("it shows the sums, the graph, who held the peak, and what leaked", async () => {
    const { exitCode, stdout, stderr } = await runCli(["report", leaky]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^peak live +300 B in 3 blocks/m);
    expect(stdout).toMatch(/^never freed +100 B in 1 block$/m);
    expect(stdout).toMatch(/^ +1 +100 B +9 ms +weights +load \(model\.ts:4:2\)$/m);
    expect(stdout.endsWith("\n")).toBe(true);
  });

  test("it is as wide as the terminal, 80 columns in a pipe, and coloured only where the terminal wants it", async () => {
    const piped = (await runCli(["report", RECORDED])).stdout;
    expect(widest(piped)).toBeLessThanOrEqual(80);
    const plain = (await runCli(["report", RECORDED], { terminal: { columns: 120, hasColors: false } })).stdout;
    expect(widest(plain)).toBeLessThanOrEqual(120);
    expect(widest(plain)).toBeGreaterThan(80);
    expect(piped + plain).not.toContain(ESCAPE);
    const coloured = (await runCli(["report", RECORDED], { terminal: { columns: 80, hasColors: true } })).stdout;
    expect(coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, "g"), "")).toBe(piped);
    expect(coloured).toContain(ESCAPE);
  });

  test('"-" reads stdin, compressed or not', async () => {
    const { stdout } = await runCli(["report", leaky]);
    for (const stdin of [lines(LEAKY), gzipSync(lines(LEAKY))]) {
      expect(await runCli(["report", "-"], { stdin })).toEqual({ exitCode: 0, stdout, stderr: "" });
    }
  });

  test("a trace with a header and no events is reported as that", async () => {
    const path = await files.write("header.jsonl", LEAKY.slice(0, 1));
    const { exitCode, stdout, stderr } = await runCli(["report", path]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("0 allocations, 0 events");
  });
});

describe("as a page", () => {
  test("it is one file, named after the trace, that says when it was recorded", async () => {
    const output = join(files.folder, "report.html");
    const { exitCode, stdout, stderr } = await runCli(["report", leaky, "-o", output]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /report\.html: [\d.]+ KiB, opens in a browser\. 9 events, peak 300 B, never freed: 100 B in 1 block\./,
    );
    const page = await readFile(output, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("<title>leaky.jsonl</title>");
    expect(page).toContain("Recorded 2025-11-22 16:44 UTC by a test");
    expect(page).not.toMatch(/(src|href)="http/);
  });

  test("--title names it, whatever is in the title", async () => {
    const { stdout } = await runCli(["report", leaky, "-o", "-", "--title", "a < b & c"]);
    expect(stdout).toContain("<title>a &lt; b &amp; c</title>");
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test("with --json there are both, the page in its file and the numbers on stdout", async () => {
    const output = join(files.folder, "both.html");
    const { stdout } = await runCli(["report", leaky, "-o", output, "--json"]);
    expect(JSON.parse(stdout).peak.bytes).toBe(300);
    expect(await readFile(output, "utf8")).toMatch(/^<!doctype html>/);
  });

  test("that cannot be written is one line, and exit code 1", async () => {
    const { exitCode, stderr } = await runCli(["report", leaky, "-o", join(files.folder, "no", "report.html")]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^tensorheap: cannot write .*: there is no such folder\. Make it first\.\n$/);
  });
});

test("--json has the sums and tables, in bytes and milliseconds since the first event", async () => {
  const { exitCode, stdout } = await runCli(["report", leaky, "--json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    file: leaky,
    counts: { events: 9, allocs: 3, frees: 2, locks: 1, unlocks: 1, marks: 2 },
    durationMs: 10,
    blocks: 3,
    peak: { event: 5, bytes: 300, count: 3 },
    end: { bytes: 100, count: 1 },
    heap: { footprintBytes: expect.any(Number), unplaced: 0, unplacedBecause: null },
    plan: { optimal: true },
    leaks: { count: 1, bytes: 100, blocks: [{ id: 1, size: 100, event: 1, t: 1, label: "weights" }] },
    lockHolders: [{ name: expect.any(String), count: 1, heldMs: 2 }],
    problems: [],
    notes: [],
  });
});

describe("of a damaged trace", () => {
  test("what can be read is reported, and what cannot is on stderr by its line", async () => {
    const text = lines(LEAKY);
    const path = await files.write("damaged.jsonl", `${text.replace('"op":"l"', '"op":')}{"op":"f","i`);
    const { exitCode, stdout, stderr } = await runCli(["report", path]);
    expect(exitCode).toBe(0);
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(/^tensorheap: .*damaged\.jsonl: line 6: .* is no JSON\.$/),
      expect.stringMatching(/^tensorheap: .*damaged\.jsonl: line 11: the last line is cut: .*\.$/),
      expect.stringMatching(/^tensorheap: .*damaged\.jsonl: the 8 events that could be read are used\.$/),
      "",
    ]);
    expect(stdout).toMatch(/^! line 6: .* is no JSON\.$/m);
    expect(stdout).toMatch(/^peak live +300 B in 3 blocks/m);
  });

  test("of very many faults, the first are named and the rest counted", async () => {
    const path = await files.write("many.jsonl", `${"?\n".repeat(500)}${lines(LEAKY.slice(1))}`);
    const { exitCode, stderr } = await runCli(["report", path, "--json"]);
    expect(exitCode).toBe(0);
    expect(stderr.split("\n")).toHaveLength(13);
    expect(stderr).toMatch(/: and 490 more problems\.$/m);
  });

  test("that is compressed and cut, everything before the cut is reported", async () => {
    const many = lines(Array.from({ length: 5000 }, (_, id) => ({ op: "a", id, size: 1000 + id, t: id })));
    const zipped = gzipSync(many);
    const path = await files.write("half.jsonl.gz", zipped.subarray(0, zipped.length / 2));
    const { exitCode, stdout, stderr } = await runCli(["report", path]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/half\.jsonl\.gz: the compressed data .*\.$/m);
    expect(Number(/^([\d,]+) allocations/m.exec(stdout)![1]!.replace(",", ""))).toBeGreaterThan(1000);
  });
});

describe("an input of which nothing can be read is one line that says why, and exit code 2", () => {
  test.each(UNREADABLE)("%s", async (name, content, message) => {
    const path = await files.write(name, content);
    const { exitCode, stdout, stderr } = await runCli(["report", path]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^tensorheap: [^\n]+\n$/);
  });

  test.each([
    ["a missing file", ["missing.jsonl"], /cannot read missing\.jsonl: there is no such file\. Check the path\./],
    ["a directory", ["."], /cannot read \.: it is a directory\. Name a file\./],
    ["no file at all", [], /missing required argument 'trace'/],
    ["a page and JSON on stdout", ["x", "-o", "-", "--json"], /both print on stdout/],
    ["a title without a page", ["x", "--title", "y"], /--title is of the page\. Give -o a file, too\./],
  ])("%s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await runCli(["report", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

test("a long trace shows on a terminal how far it is, and takes that away", async () => {
  const events = Array.from({ length: 200_000 }, (_, i) =>
    i % 2 === 0 ? { op: "a", id: i, size: 100, t: i } : { op: "f", id: i - 1, t: i },
  );
  const path = await files.write("long.jsonl", events);
  const { exitCode, stderr } = await runCli(["report", path], { isTTY: true });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/50% {2}analysing 200,000 events: replaying and planning/);
  expect(stderr.endsWith(`${ESCAPE}[1G${ESCAPE}[2K`)).toBe(true);
});

test("a page is never written over the trace, by whatever path", async () => {
  const trace = await files.write("kept.jsonl", LEAKY);
  const link = join(files.folder, "link.jsonl");
  await symlink(trace, link);
  for (const output of [trace, link, join(files.folder, ".", "kept.jsonl")]) {
    const { exitCode, stderr } = await runCli(["report", trace, "-o", output]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/is the input itself.*Name another file\.\n$/);
  }
  expect(await readFile(trace, "utf8")).toBe(lines(LEAKY));
});
