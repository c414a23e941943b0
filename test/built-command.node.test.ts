import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

/** What only the built command can get wrong. `npm test` builds it first. */

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param interruptAfterMs sends Ctrl-C after so long */
function tensorheap(args: readonly string[], stdin = "", interruptAfterMs?: number): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args]);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  child.stdin.end(stdin);
  if (interruptAfterMs !== undefined) setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/**
 * What the command ends with when nobody reads what it writes.
 *
 * @param target what the stream is: a pipe without a reader, or a device that is always full
 */
function unheard(args: readonly string[], stream: "stdout" | "stderr", target: "pipe" | "full"): Promise<Ended> {
  const full = target === "full" ? openSync("/dev/full", "w") : undefined;
  const output = full ?? "pipe";
  const stdio = ["ignore", stream === "stdout" ? output : "pipe", stream === "stderr" ? output : "pipe"] as const;
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: [...stdio] });
  if (full !== undefined) closeSync(full);
  // Long before the command writes: it has to be loaded first.
  child[stream]?.destroy();
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

describe("the built command", () => {
  test("begins with the line that names node", () => {
    expect(readFileSync(MAIN, "utf8").split("\n", 1)).toEqual(["#!/usr/bin/env node"]);
  });

  // Windows knows no such permission.
  test.skipIf(process.platform === "win32")("may be executed", () => {
    expect(statSync(MAIN).mode & 0o111).toBe(0o111);
  });

  test("imports nothing but Node's own and what is built beside it", () => {
    const imports = [...readFileSync(MAIN, "utf8").matchAll(/^(?:import|\} from) .*?"([^"]+)";$/gm)].map(
      ([, name]) => name,
    );
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((name) => !/^(\.\.?\/|node:)/.test(name!))).toEqual([]);
  });

  test("carries the licences of what is bundled into it", () => {
    const text = readFileSync(new URL("../dist/THIRD-PARTY-LICENSES.txt", import.meta.url), "utf8");
    for (const name of ["commander", "cli-progress", "cli-table3", "string-width"]) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
    }
    expect(text).toContain("TJ Holowaychuk");
  });

  test("prints the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await tensorheap(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("plans from a pipe into a pipe", async () => {
    const csv = "id,lower,upper,size\na,0,3,100\nb,1,5,64\n";
    const { exitCode, stdout, stderr } = await tensorheap(["plan", "-", "-o", "-"], csv);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^id,lower,upper,size,offset\na,0,3,100,\d+\nb,1,5,64,\d+\n$/);
    expect(stderr).toContain("yes, proved");
  });

  test("ends with exit code 1 when the answer is no, and 2 on wrong usage", async () => {
    const csv = "id,lower,upper,size\na,0,3,100\n";
    expect((await tensorheap(["plan", "-", "--capacity", "99"], csv)).exitCode).toBe(1);
    expect((await tensorheap(["plan", "-", "--cap", "99"], csv)).exitCode).toBe(2);
  });

  test("says what the machine can do", async () => {
    const { exitCode, stdout } = await tensorheap(["info", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runtime: { node: process.versions.node } });
  });

  test("draws a recorded trace as one page that loads nothing, and as text into a pipe", async () => {
    const trace = fileURLToPath(new URL("../bench/traces/det640_nopat.jsonl.gz", import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    try {
      const path = join(folder, "report.html");
      const { exitCode, stdout, stderr } = await tensorheap(["report", trace, "-o", path]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain("4,790 events, peak 49.2 MiB, never freed: nothing.");
      const page = readFileSync(path, "utf8");
      expect(page).toContain("<title>det640_nopat.jsonl.gz</title>");
      expect(page.match(/<script/g)).toHaveLength(2);
      expect(page).not.toMatch(/<(script|link|img)[^>]*(src|href)="(?!data:)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect((await tensorheap(["report", trace])).stdout).toMatch(/^Memory report\n2,391 allocations, 4,790 events/);
  });

  test("replays a trace from a pipe", async () => {
    const stdin = '{"op":"a","id":1,"size":100,"t":0}\n{"op":"f","id":1,"t":1}\n';
    const { exitCode, stdout } = await tensorheap(["replay", "-", "--runs", "1", "--json"], stdin);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: "stdin", allocs: 1, peakBytes: 100 });
  });

  describe.skipIf(process.platform !== "linux")("when nobody reads", () => {
    const folder = mkdtempSync(join(tmpdir(), "unheard-"));
    const trace = join(folder, "trace.jsonl");
    const plan = join(folder, "plan.csv");
    writeFileSync(trace, '{"op":"a","id":1,"size":100,"t":0}\n{"op":"f","id":1,"t":1}\n');
    writeFileSync(plan, "id,lower,upper,size\na,0,3,100\n");
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each([
      { expected: 0, args: ["--help"] },
      { expected: 0, args: ["info", "--json"] },
      { expected: 0, args: ["report", trace] },
      { expected: 0, args: ["report", trace, "-o", "-"] },
      { expected: 0, args: ["replay", trace, "--runs", "1"] },
      { expected: 0, args: ["trace", "validate", trace] },
      { expected: 0, args: ["trace", "snapshot", trace] },
      { expected: 0, args: ["trace", "diff", trace, trace] },
      { expected: 1, args: ["plan", plan, "--capacity", "99"] },
      { expected: 1, args: ["plan", plan, "--capacity", "99", "-o", "-"] },
      { expected: 2, args: ["plan", "no-such-file.csv"] },
      { expected: 2, args: ["no-such-command"] },
    ])("$args ends with exit code $expected all the same", async ({ expected, args }) => {
      const [toPipe, toNobody, toFull] = await Promise.all([
        unheard(args, "stdout", "pipe"),
        unheard(args, "stderr", "pipe"),
        unheard(args, "stderr", "full"),
      ]);
      expect([toPipe.exitCode, toNobody.exitCode, toFull.exitCode]).toEqual([expected, expected, expected]);
      expect(toPipe.stderr).not.toMatch(/EPIPE|Error|^ +at /m);
      // The answer is there; what is wrong with the usage was said on stderr.
      expect([toNobody.stdout === "", toFull.stdout === ""]).toEqual([expected === 2, expected === 2]);
    });

    test("a full disk is told in one line, with exit code 1", async () => {
      const { exitCode, stderr } = await unheard(["info"], "stdout", "full");
      expect([exitCode, stderr]).toEqual([1, "tensorheap: cannot write stdout: the disk is full. Make room.\n"]);
    });
  });

  // On Windows there is no Ctrl-C to send to another process.
  test.skipIf(process.platform === "win32")("answers Ctrl-C with the best plan so far", async () => {
    const hard = fileURLToPath(new URL("plans/D.1048576.csv", import.meta.url));
    const args = ["plan", hard, "--timeout", "Infinity"];
    let ended = await tensorheap(args, "", 1000);
    // A busy machine may not have begun to listen by then: the process dies of the signal, without an exit code.
    for (let ms = 2000; ended.exitCode === null && ms < 60_000; ms *= 2) ended = await tensorheap(args, "", ms);
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toMatch(/^optimal +(not proved: it was interrupted|yes, proved)$/m);
  });
});
