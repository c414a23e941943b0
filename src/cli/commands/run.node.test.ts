import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBlob } from "../../blob/create-blob.ts";
import { tinyModel } from "../../engines/onnxruntime/tiny-model.ts";
import type { TinyGraph } from "../../engines/onnxruntime/tiny-model.ts";
import { writeNpy } from "../../interchange/write-npy.ts";
import { parseTrace } from "../../trace/read-trace.ts";
import { runCli } from "../run-cli.fixture.ts";

const [FLOAT, INT64] = [1, 7];
/** y = relu(-x), of any number of floats. */
const CHAIN: TinyGraph = {
  inputs: [{ name: "x", elementType: FLOAT, dims: ["n"] }],
  outputs: [{ name: "y", elementType: FLOAT, dims: ["n"] }],
  nodes: [
    { op: "Neg", inputs: ["x"], outputs: ["t"] },
    { op: "Relu", inputs: ["t"], outputs: ["y"] },
  ],
};
/** Of an image that has to have 3 × 3 pixels at least. */
const POOL: TinyGraph = {
  inputs: [{ name: "image", elementType: FLOAT, dims: [1, 1, "h", "w"] }],
  outputs: [{ name: "y", elementType: FLOAT }],
  nodes: [{ op: "MaxPool", inputs: ["image"], outputs: ["y"], attributes: { kernel_shape: [3, 3] } }],
};
/** y = a + b */
const SUM: TinyGraph = {
  inputs: [
    { name: "a", elementType: INT64, dims: [2] },
    { name: "b", elementType: INT64, dims: [2] },
  ],
  outputs: [{ name: "y", elementType: INT64, dims: [2] }],
  nodes: [{ op: "Add", inputs: ["a", "b"], outputs: ["y"] }],
};

let folder = "";
let [chain, pool, sum] = ["", "", ""];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-"));
  [chain, pool, sum] = ["chain.onnx", "pool.onnx", "sum.onnx"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(chain, tinyModel(CHAIN));
  await writeFile(pool, tinyModel(POOL));
  await writeFile(sum, tinyModel(SUM));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.concurrent("tensorheap run", () => {
  test("prints inputs, outputs, memory and times, beside the engine's own arena", async () => {
    const { exitCode, stdout, stderr } = await runCli(["run", chain, "--shape", "x=1024", "--runs", "3"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^model +.*chain\.onnx, \d+ B$/m);
    expect(stdout).toMatch(/^input +x {2}FP32 \[1024\] {2}4 KiB, generated$/m);
    expect(stdout).toMatch(/^output +y {2}FP32 \[1024\] {2}4 KiB$/m);
    expect(stdout).toMatch(/^planned run +[\d.]+ KiB in one block/m);
    expect(stdout).toMatch(/^allocations +1 per run, \d+ in the first/m);
    for (const name of ["tensorheap", "onnxruntime-node", "  default arena", "  pattern off"]) {
      expect(stdout).toMatch(new RegExp(`^│ ${name} +│ +[\\d.]+ [µm]s │`, "m"));
    }
    expect(stdout).toMatch(/AllocatorGetStats/);
    expect(stdout).toMatch(/^Outputs: the same bytes in all of them\.$/m);
  });

  test("writes a trace block by block, its report, and the recorded runs, with which the first run is planned", async () => {
    const [trace, report, runs] = ["t.jsonl", "r.html", "runs.json"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const common = [chain, "--shape", "x=64", "--runs", "4", "--no-compare", "--json"];
    const first = await runCli(["run", ...common, "--trace", trace, "--report", report, "--save-plan", runs]);
    expect(first.exitCode).toBe(0);
    const cold = JSON.parse(first.stdout);
    expect(cold).toMatchObject({ sameOutputs: null, ways: [{ way: "heap", runs: 4 }] });
    expect(cold.heap.plannedRuns).toBe(cold.heap.totalRuns - 1);
    expect(cold.heap.plannedBytes).toBe(cold.heap.lowerBoundBytes);

    const { events, problems } = parseTrace(await readFile(trace));
    expect(problems.count).toBe(0);
    const marks = events.flatMap((event) => (event.op === "m" ? [event.phase] : []));
    expect(marks).toEqual(["load", "inputs", "run 1", "run 2", "run 3", "end"]);
    expect(events.filter(({ op }) => op === "a")).toHaveLength(events.filter(({ op }) => op === "f").length);
    expect(await readFile(report, "utf8")).toContain("chain.onnx");

    const second = await runCli(["run", ...common, "--plan", runs]);
    const { heap } = JSON.parse(second.stdout);
    expect(heap).toMatchObject({ plannedRuns: heap.totalRuns, firstRunAllocations: 1 });
  });

  test("takes inputs from files, and numbers", async () => {
    const file = join(folder, "a.npy");
    const data = BigInt64Array.of(5n, -7n);
    await writeFile(file, writeNpy(createBlob({ precision: "I64", dims: [2] }, { data })));
    const args = ["--input", `a=${file}`, "--input", "b=100", "--no-compare", "--runs", "1", "--json"];
    const { stdout } = await runCli(["run", sum, ...args]);
    const expected = createHash("sha256").update("I64 2;").update(BigInt64Array.of(105n, 93n)).digest("hex");
    expect(JSON.parse(stdout)).toMatchObject({
      inputs: [{ from: file }, { from: 100 }],
      ways: [{ firstDigest: expected, lastDigest: expected }],
    });
  });

  test("says which free dims it took as 1, and which to give when the model does not run with them", async () => {
    const assumed = await runCli(["run", chain, "--no-compare", "--runs", "1"]);
    expect(assumed.stdout).toMatch(/^input +x {2}FP32 \[1\].* free dims are taken as 1, give --shape x=…$/m);
    const { exitCode, stdout, stderr } = await runCli(["run", pool, "--no-compare"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(
      /Free dims were taken as 1: "image" is .*: --shape image=1x1xNxN with numbers in place of N\.\n$/,
    );
  });

  test("answers a limit that is too small with exit code 1, the numbers, and a trace up to there", async () => {
    const trace = join(folder, "refused.jsonl");
    const args = ["--shape", "x=1000", "--limit", "9000B", "--trace", trace];
    const { exitCode, stdout, stderr } = await runCli(["run", chain, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^tensorheap: out of memory in a run: 4,000 bytes were asked for with \d,\d+ live, and --limit is 9,000 \(8\.79 KiB\)\. Raise --limit\.$/m,
    );
    expect(stderr).toContain("refused.jsonl: the run up to where it failed.");
    const { events } = parseTrace(await readFile(trace));
    const count = (op: string): number => events.filter((event) => event.op === op).length;
    expect(count("a")).toBeGreaterThan(1);
    expect(count("f")).toBe(count("a"));
  });

  test("shows how far it is on a terminal, and takes the bar away before the answer", async () => {
    const { stdout, stderr } = await runCli(["run", chain, "--no-compare", "--runs", "1"], { isTTY: true });
    expect(stderr).toMatch(/\d+% {2}running/);
    expect(stdout).not.toContain("%  ");
  });

  test.each([
    ["a missing file", ["missing.onnx"], /cannot read missing\.onnx: there is no such file\. Check the path\./],
    ["a directory", ["."], /^tensorheap: \. is no file\. Name an ONNX file\./],
    ["a file that is no model", ["package.json"], /ONNX Runtime cannot load the model: .*Check the path/],
    ["a name that is no input's", ["CHAIN", "--shape", "z=1"], /the model has no input "z"\. It has "x"\./],
    ["another rank", ["CHAIN", "--shape", "x=1x2"], /"x" is FP32 \[n\], and \[1, 2\] does not fit\. Give --shape x=N/],
    ["no shape", ["CHAIN", "--shape", "x=wide"], /'x=wide' is invalid\. Give name=dims/],
    ["an array that is none", ["CHAIN", "--input", "x=package.json"], /package\.json: npy: .*numpy\.save/],
    ["an array that is not there", ["CHAIN", "--input", "x=no.npy"], /cannot read no\.npy, the file of --input x/],
    ["runs that are none", ["CHAIN", "--plan", "package.json"], /package\.json: The runs to begin with are/],
    ["two answers on stdout", ["CHAIN", "--json", "--report", "-"], /both print on stdout/],
  ])("%s is one line that says why, and exit code 2", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await runCli(["run", ...args.map((arg) => (arg === "CHAIN" ? chain : arg))]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^tensorheap: [^\n]+\n$/);
  });
});
