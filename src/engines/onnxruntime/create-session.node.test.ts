import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { FLOAT, INT64, failure, identity, value } from "../../../test/support/onnx-fixture.ts";
import { defaultAllocator } from "../../allocators/default.ts";
import { createSession } from "./create-session.ts";
import { loadOnnxRuntime } from "./load-onnxruntime.ts";
import { tinyModel } from "./tiny-model.ts";

const STRING = 8;
const BFLOAT16 = 16;
const UINT4 = 21;

function identityBytes(elementType: number, dims?: (number | string)[]): Uint8Array {
  return tinyModel(identity(elementType, dims));
}

async function declaredDims(dims?: (number | string)[]): Promise<unknown> {
  await using session = await createSession(identityBytes(FLOAT, dims));
  return session.inputs[0]!.dims;
}

test("a model is loaded from bytes, from a path and from a file URL", async () => {
  const folder = await mkdtemp(join(tmpdir(), "onnx-"));
  try {
    const path = join(folder, "identity.onnx");
    const bytes = identityBytes(FLOAT, ["n"]);
    await writeFile(path, bytes);
    for (const model of [bytes, path, pathToFileURL(path)]) {
      await using session = await createSession(model);
      expect(session.inputNames).toEqual(["x"]);
      expect(session.outputNames).toEqual(["y"]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a model is loaded from bytes at an offset, and from shared memory", async () => {
  const bytes = identityBytes(FLOAT, ["n"]);
  for (const buffer of [new ArrayBuffer(bytes.length + 7), new SharedArrayBuffer(bytes.length + 7)]) {
    const model = new Uint8Array(buffer, 7);
    model.set(bytes);
    await using session = await createSession(model);
    expect(session.inputNames).toEqual(["x"]);
  }
});

test("the allocator is the default one unless one is given", async () => {
  await using session = await createSession(identityBytes(FLOAT, ["n"]));
  expect(session.allocator).toBe(defaultAllocator());
});

test("dims are numbers where fixed, names where free, null where nameless, and no list where not declared", async () => {
  expect(await declaredDims(["batch", 3, ""])).toEqual(["batch", 3, null]);
  expect(await declaredDims([])).toBe(null);
  expect(await declaredDims()).toBe(null);
});

test("inputs and outputs are described by name and precision", async () => {
  await using session = await createSession(identityBytes(INT64, [2]));
  expect(session.inputs).toEqual([{ name: "x", precision: "I64", dims: [2] }]);
  expect(session.outputs).toEqual([{ name: "y", precision: "I64", dims: [2] }]);
});

test("session options are passed on", async () => {
  const sessionOptions = { executionProviders: ["abacus"] };
  const error = await failure(createSession(identityBytes(FLOAT, ["n"]), { sessionOptions }));
  expect(error.message).toMatch(/abacus/);
});

test("a file that is not there, a directory, no model and no bytes are refused with the engine's reason", async () => {
  const models = ["no-such-file.onnx", tmpdir(), new Uint8Array(10), new Uint8Array(0)];
  for (const model of models) {
    const error = await failure(createSession(model));
    expect(error.message).toMatch(/^ONNX Runtime cannot load the model: .* Check the path/s);
    expect(error.cause).toBeInstanceOf(Error);
  }
});

test("a URL that is no file and a value that is no model are refused", async () => {
  expect((await failure(createSession(new URL("https://example.com/a.onnx")))).message).toMatch(/Fetch it/);
  for (const model of [undefined, null, 7, {}, new ArrayBuffer(8)] as unknown as string[]) {
    expect((await failure(createSession(model))).message).toMatch(/is no model/);
  }
});

test("a model with strings or 4-bit integers is refused by the name of the tensor", async () => {
  const strings = await failure(createSession(identityBytes(STRING, ["n"])));
  expect(strings.tensor).toBe("x");
  expect(strings.message).toMatch(/input "x" of the model holds string elements/);

  const nodes = [{ op: "Cast", inputs: ["x"], outputs: ["y"], attributes: { to: UINT4 } }];
  const graph = {
    inputs: [value("x", FLOAT, ["n"])],
    outputs: [value("y", UINT4, ["n"])],
    nodes,
    opset: 21,
    irVersion: 10,
  };
  const nibbles = await failure(createSession(tinyModel(graph)));
  expect(nibbles.tensor).toBe("y");
  expect(nibbles.message).toMatch(/output "y" of the model holds uint4 elements/);
});

test("a model of an element type that the engine does not know is refused with its reason", async () => {
  expect((await failure(createSession(identityBytes(BFLOAT16, ["n"])))).message).toMatch(/Unsupported data type/);
});

test("a missing onnxruntime-node is reported with the command that installs it", async () => {
  const missing = new Error("Cannot find package 'onnxruntime-node' imported from here");
  const error = await failure(loadOnnxRuntime(() => Promise.reject(missing)));
  expect(error.message).toMatch(/npm install onnxruntime-node$/);
  expect(error.cause).toBe(missing);
});

test("an onnxruntime-node that does not load is not reported as missing", async () => {
  const broken = new Error("Cannot find module '../bin/napi-v6/plan9/mips/onnxruntime_binding.node'");
  const error = await failure(loadOnnxRuntime(() => Promise.reject(broken)));
  expect(error.message).toMatch(/does not load: .*plan9.* supports this platform/);
});
