import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyModel } from "../src/engines/onnxruntime/tiny-model.ts";

/** What only the built `tensorheap run` can get wrong: it starts itself, and finds its peers. `npm test` builds it first. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const value = { elementType: 1, dims: [64] };
const MODEL = tinyModel({
  inputs: [{ name: "x", ...value }],
  outputs: [{ name: "y", ...value }],
  nodes: [{ op: "Neg", inputs: ["x"], outputs: ["y"] }],
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "built-run-"));
  await writeFile(join(folder, "model.onnx"), MODEL);
  // The package as it is installed where none of its peers is.
  const installed = join(folder, "node_modules", "tensorheap");
  await cp(join(ROOT, "dist"), join(installed, "dist"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(installed, "package.json"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function run(command: string, cwd: string, ...args: string[]): Promise<Ended> {
  const main = join(command, "dist", "cli", "main.js");
  return new Promise((resolve) => {
    execFile(process.execPath, [main, "run", ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("the built command runs a model in four processes of its own", async () => {
  const model = join(folder, "model.onnx");
  const { exitCode, stdout } = await run(ROOT, ROOT, model, "--runs", "5", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    sameOutputs: true,
    ways: [{ way: "heap" }, { way: "package" }, { way: "arena", heldBytes: expect.any(Number) }, { way: "no-pattern" }],
  });
});

test("without koffi it says in one line what to install, with exit code 2", async () => {
  const { exitCode, stdout, stderr } = await run(join(folder, "node_modules", "tensorheap"), folder, "model.onnx");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/^tensorheap: [^\n]*koffi[^\n]*\. Run: npm install koffi onnxruntime-node@1\.30\n$/);
});

test("installed elsewhere, it finds koffi and onnxruntime-node of the project that it is called in", async () => {
  const elsewhere = join(folder, "node_modules", "tensorheap");
  const args = [join(folder, "model.onnx"), "--no-compare", "--runs", "1"];
  const { exitCode, stdout } = await run(elsewhere, ROOT, ...args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^output +y {2}FP32 \[64\]/m);
});

test("what it says to itself is not for others to say", async () => {
  const { exitCode, stderr } = await run(ROOT, folder, "model.onnx", "--worker");
  expect(exitCode).toBe(2);
  expect(stderr).toBe("tensorheap: --worker is how this command starts itself. Leave it out.\n");
});
