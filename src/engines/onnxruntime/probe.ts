/**
 * Finds out what the installed onnxruntime-node does with memory, by running a model of two additions:
 *
 *     y = x + x      z = x + y
 *
 * With x = 1 it gives y = 2 and z = 3. When y is written to the memory of x, and the engine reads x where it lies, the
 * second addition sees x = 2 and gives z = 4; an engine that took a copy of x still gives 3.
 */
import type { InferenceSession } from "onnxruntime-node";
import { EngineError } from "../../errors.ts";
import type { OnnxRuntime } from "./load-onnxruntime.ts";
import { tinyModel } from "./tiny-model.ts";
import type { TinyGraph } from "./tiny-model.ts";

/** How the engine treats an array it is given. */
export type ArrayUse = "in place" | "copied" | "refused";

/** What a probe found. */
export interface EngineBehaviour {
  /** Inputs over an ArrayBuffer, wasm memory included. */
  readonly inputs: ArrayUse;
  /** Preallocated outputs over an ArrayBuffer; `copied`: they are left as they were. */
  readonly outputs: ArrayUse;
  /** The same for a SharedArrayBuffer. */
  readonly sharedInputs: ArrayUse;
  readonly sharedOutputs: ArrayUse;
  /** A run returns a fresh copy of each output even where it wrote it in place. */
  readonly returnsCopies: boolean;
}

const TWO_ADDITIONS: TinyGraph = {
  inputs: [{ name: "x", elementType: 1, dims: ["n"] }],
  outputs: [
    { name: "y", elementType: 1, dims: ["n"] },
    { name: "z", elementType: 1, dims: ["n"] },
  ],
  nodes: [
    { op: "Add", inputs: ["x", "x"], outputs: ["y"] },
    { op: "Add", inputs: ["x", "y"], outputs: ["z"] },
  ],
};

let behaviour: Promise<EngineBehaviour> | undefined;

/**
 * Probes once per process, at the first call.
 *
 * @throws {EngineError} when the engine cannot run even this model
 */
export function probe(ort: OnnxRuntime): Promise<EngineBehaviour> {
  behaviour ??= observe(ort).catch((cause: unknown) => {
    behaviour = undefined;
    const message = "onnxruntime-node cannot run a model of two additions. Check its installation.";
    throw new EngineError(message, undefined, { cause });
  });
  return behaviour;
}

async function observe(ort: OnnxRuntime): Promise<EngineBehaviour> {
  const session = await ort.InferenceSession.create(tinyModel(TWO_ADDITIONS), { logSeverityLevel: 4 });
  const run: Run = async (x, y) => {
    const feeds = { x: new ort.Tensor("float32", x.fill(1), [x.length]) };
    return session.run(feeds, { y: new ort.Tensor("float32", y, [y.length]), z: null });
  };
  try {
    await run(array(new ArrayBuffer(256)), array(new ArrayBuffer(256)));
    const { inputs, outputs, returnsCopies } = await observeBuffers(run, (bytes) => new ArrayBuffer(bytes));
    const shared = await observeBuffers(run, (bytes) => new SharedArrayBuffer(bytes));
    return { inputs, outputs, sharedInputs: shared.inputs, sharedOutputs: shared.outputs, returnsCopies };
  } finally {
    await session.release();
  }
}

type Run = (x: Float32Array, y: Float32Array) => Promise<InferenceSession.OnnxValueMapType>;

async function observeBuffers(
  run: Run,
  take: (bytes: number) => ArrayBufferLike,
): Promise<{
  inputs: ArrayUse;
  outputs: ArrayUse;
  returnsCopies: boolean;
}> {
  const y = array(take(256));
  const returned = await run(array(new ArrayBuffer(256)), y).catch(() => undefined);
  const outputs: ArrayUse = returned === undefined ? "refused" : y[0] === 2 ? "in place" : "copied";
  const result = returned?.["y"]?.data;
  if (result instanceof Float32Array) result[0] = 9;
  const returnsCopies = y[0] !== 9;

  const x = array(take(256));
  const target = outputs === "in place" ? x : array(new ArrayBuffer(256));
  const z = (await run(x, target).catch(() => undefined))?.["z"]?.data[0];
  const inputs: ArrayUse = z === undefined ? "refused" : z === 4 ? "in place" : "copied";
  return { inputs, outputs, returnsCopies };
}

/** Eight floats away from the start of their buffer, as blocks of an allocator are. */
function array(buffer: ArrayBufferLike): Float32Array {
  return new Float32Array(buffer, 64, 8);
}
