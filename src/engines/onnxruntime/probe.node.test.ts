import * as ort from "onnxruntime-node";
import { expect, test, vi } from "vitest";
import type { EngineError } from "../../errors.ts";
import type { OnnxRuntime } from "./load-onnxruntime.ts";
import { probe } from "./probe.ts";

/** An onnxruntime-node that does with arrays what the test says; it computes y = x + x and z = x + y. */
function fakeRuntime(behaviour: {
  readonly copiesInputs: boolean;
  readonly writesOutputs: boolean;
  readonly returnsOutputs: boolean;
  readonly refusesShared: boolean;
}): OnnxRuntime {
  class Tensor {
    readonly data: Float32Array;
    constructor(_type: string, data: Float32Array) {
      if (behaviour.refusesShared && data.buffer instanceof SharedArrayBuffer) throw new Error("Invalid argument");
      this.data = data;
    }
  }
  const run = async (feeds: { x: Tensor }, fetches: { y: Tensor }): Promise<unknown> => {
    const x = behaviour.copiesInputs ? feeds.x.data.slice() : feeds.x.data;
    const y = behaviour.writesOutputs ? fetches.y.data : new Float32Array(x.length);
    y.set(x.map((value) => value + value));
    const z = x.map((value, i) => value + y[i]!);
    return { y: { data: behaviour.returnsOutputs ? y : y.slice() }, z: { data: z } };
  };
  const session = { run, release: async (): Promise<void> => {} };
  return { Tensor, InferenceSession: { create: async () => session } } as unknown as OnnxRuntime;
}

/** probe() remembers its first answer, so each test takes a module of its own. */
async function freshProbe(): Promise<typeof probe> {
  vi.resetModules();
  return (await import("./probe.ts")).probe;
}

test("the installed onnxruntime-node reads inputs and writes outputs in place, and returns copies all the same", async () => {
  const found = await probe(ort);
  expect(found).toMatchObject({ inputs: "in place", outputs: "in place", returnsCopies: true });
});

test("an engine that copies its inputs is found out", async () => {
  const behaviour = { copiesInputs: true, writesOutputs: true, returnsOutputs: false, refusesShared: false };
  const found = await (await freshProbe())(fakeRuntime(behaviour));
  expect(found).toMatchObject({ inputs: "copied", outputs: "in place", sharedInputs: "copied", returnsCopies: true });
});

test("an engine that leaves given outputs as they were is found out", async () => {
  const behaviour = { copiesInputs: false, writesOutputs: false, returnsOutputs: false, refusesShared: false };
  const found = await (await freshProbe())(fakeRuntime(behaviour));
  expect(found).toMatchObject({ outputs: "copied", sharedOutputs: "copied", returnsCopies: true });
});

test("an engine that returns the given output itself makes no copy", async () => {
  const behaviour = { copiesInputs: false, writesOutputs: true, returnsOutputs: true, refusesShared: false };
  const found = await (await freshProbe())(fakeRuntime(behaviour));
  expect(found).toMatchObject({ inputs: "in place", outputs: "in place", returnsCopies: false });
});

test("an engine that refuses shared memory is found out, and used for the rest", async () => {
  const behaviour = { copiesInputs: false, writesOutputs: true, returnsOutputs: false, refusesShared: true };
  const found = await (await freshProbe())(fakeRuntime(behaviour));
  expect(found).toMatchObject({
    inputs: "in place",
    outputs: "in place",
    sharedInputs: "refused",
    sharedOutputs: "refused",
  });
});

test("the answer is found once, and a failure is not remembered", async () => {
  const fresh = await freshProbe();
  const broken = { InferenceSession: { create: () => Promise.reject(new Error("no")) } } as unknown as OnnxRuntime;
  await expect(fresh(broken)).rejects.toThrow(/cannot run a model of two additions/);
  expect(await fresh(ort)).toBe(await fresh(broken));
});

test("a probe that fails says so with an EngineError and its cause", async () => {
  const broken = { InferenceSession: { create: () => Promise.reject(new Error("no")) } } as unknown as OnnxRuntime;
  const error: unknown = await (await freshProbe())(broken).catch((reason: unknown) => reason);
  expect((error as EngineError).code).toBe("ERR_ENGINE");
  expect((error as EngineError).cause).toMatchObject({ message: "no" });
});
