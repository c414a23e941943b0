import * as ort from "onnxruntime-node";
import { HeapAllocator, createBlob } from "tensorheap";
import type { TBlob } from "tensorheap";
import { createSession } from "tensorheap/engines/onnxruntime-native";
import type { NativeSession } from "tensorheap/engines/onnxruntime-native";
import { createBlob as createOwnBlob } from "../../src/blob/create-blob.ts";
import { ArenaRunnable } from "../../src/cli/run/arena-runnable.ts";
import { loadLibrary } from "../../src/engines/onnxruntime-native/ort-library.ts";
import type { EngineCase } from "./models.ts";

/** A model that is loaded, with an input for each of its shapes. */
export interface RunningEngine {
  /** Runs the model on the shape of that number. */
  run(shape: number): void | Promise<void>;
  /** Bytes that the engine holds for tensors and weights, inputs not counted; null where nobody knows. */
  heldBytes(): number | null;
  /** Of the last planned run: its block, and the least that any plan could take. */
  plan?(): { readonly plannedBytes: number; readonly lowerBoundBytes: number };
}

/** A way to run a model on one thread. */
export interface EngineWay {
  /** Short and unique; shown in the table. */
  readonly id: string;
  readonly note: string;
  start(engineCase: EngineCase): Promise<RunningEngine>;
}

/** The way that the others are compared with. */
export const DEFAULT_WAY = "onnxruntime-node";

/** Every way, in the order of the table. */
export const WAYS: readonly EngineWay[] = [
  {
    id: DEFAULT_WAY,
    note: "the package as it is, awaited; what its arena holds, it does not tell",
    start: startPackage,
  },
  { id: "engine, default arena", note: "the C API, synchronous, outputs not copied", start: plain(true) },
  { id: "engine, pattern off", note: "the same with ONNX Runtime's memory pattern off", start: plain(false) },
  { id: "ours", note: "every tensor in a HeapAllocator, block by block, synchronous", start: native(false, false) },
  { id: "ours, planned", note: "the same with planned runs", start: native(true, false) },
  { id: "ours, planned, async", note: "the same, awaited", start: native(true, true) },
];

function contents({ shapes }: EngineCase): Float32Array[] {
  return shapes.map((dims) => {
    const elements = dims.reduce((product, dim) => product * dim, 1);
    return Float32Array.from({ length: elements }, (_, i) => (i % 255) / 127.5 - 1);
  });
}

async function startPackage(engineCase: EngineCase): Promise<RunningEngine> {
  const model = engineCase.model();
  const options = { intraOpNumThreads: 1 };
  const session =
    typeof model === "string"
      ? await ort.InferenceSession.create(model, options)
      : await ort.InferenceSession.create(model, options);
  const feeds = contents(engineCase).map((data, i) => ({
    [engineCase.input]: new ort.Tensor("float32", data, engineCase.shapes[i]),
  }));
  return {
    async run(shape) {
      await session.run(feeds[shape]!);
    },
    heldBytes: () => null,
  };
}

/** What a C program gets: the engine as `tensorheap run` calls it to compare with. Nobody looks at the outputs. */
function plain(hasPattern: boolean): EngineWay["start"] {
  return async (engineCase) => {
    const engine = new ArenaRunnable(loadLibrary(false), engineCase.model(), 1, hasPattern);
    const inputs = contents(engineCase).map((data, i) => ({
      [engineCase.input]: createOwnBlob({ precision: "FP32", dims: engineCase.shapes[i]! }, { data }),
    }));
    let bound: number | undefined;
    return {
      run(shape) {
        if (shape !== bound) engine.bind(inputs[shape]!);
        bound = shape;
        engine.run();
        engine.release();
      },
      heldBytes: () => engine.heldBytes(),
    };
  };
}

function native(planned: boolean, isAsync: boolean): EngineWay["start"] {
  return async (engineCase) => {
    const allocator = new HeapAllocator();
    const session = await createSession(engineCase.model(), { allocator, threads: 1, planned });
    const inputs = contents(engineCase).map((data, i) => ({
      [engineCase.input]: createBlob({ precision: "FP32", dims: engineCase.shapes[i]! }, { data }),
    }));
    const free = (outputs: Readonly<Record<string, TBlob>>): void => {
      for (const name of session.outputNames) outputs[name]!.deallocate();
    };
    const run = (shape: number): void => free(session.run(inputs[shape]!));
    const runAsync = async (shape: number): Promise<void> => free(await session.runAsync(inputs[shape]!));
    return {
      run: isAsync ? runAsync : run,
      heldBytes: () => allocator.stats().footprintBytes,
      ...(planned ? { plan: () => planOf(session) } : {}),
    };
  };
}

function planOf(session: NativeSession): { plannedBytes: number; lowerBoundBytes: number } {
  const { plannedBytes, lowerBoundBytes } = session.report();
  return { plannedBytes, lowerBoundBytes };
}
