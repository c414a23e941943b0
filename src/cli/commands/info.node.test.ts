import { expect, test } from "vitest";
import { runCli } from "../run-cli.fixture.ts";

test("the table has a line for the runtime, the memory, the features and each optional package", async () => {
  const { exitCode, stdout, stderr } = await runCli(["info"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(`Node ${process.versions.node}, V8 ${process.versions.v8}`);
  for (const name of ["memory", "page size", "largest region", "Float16Array", "koffi", "onnxruntime-node"]) {
    expect(stdout).toMatch(new RegExp(`^${name} {2,}\\S`, "m"));
  }
});

test("--json says the same to programs, with numbers in bytes", async () => {
  const { exitCode, stdout } = await runCli(["info", "--json"]);
  expect(exitCode).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.runtime).toEqual({ node: process.versions.node, v8: process.versions.v8 });
  expect(found.memory.largestRegionBytes).toBeGreaterThanOrEqual(2 ** 20);
  expect(found.features).toEqual({
    sharedArrayBuffer: true,
    float16Array: "Float16Array" in globalThis,
    arrayBufferTransfer: "transfer" in ArrayBuffer.prototype,
    finalizationRegistry: true,
  });
  expect(found.packages["onnxruntime-node"]).toEqual({ version: expect.stringMatching(/^\d+\.\d+/), problem: null });
});

test("where koffi loads, a region begins at a page, and an ArrayBuffer at 8 bytes or more", async () => {
  const { packages, memory } = JSON.parse((await runCli(["info", "--json"])).stdout);
  const isKnown = packages.koffi.problem === null;
  expect(memory.regionAlignment ?? 0).toBeGreaterThanOrEqual(isKnown ? (memory.pageBytes ?? 4096) : 0);
  expect(memory.arrayBufferAlignment ?? 0).toBeGreaterThanOrEqual(isKnown ? 8 : 0);
});
