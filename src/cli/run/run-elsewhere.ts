import { HeapAllocator } from "../../allocators/heap.ts";
import { loadLibrary } from "../../engines/onnxruntime-native/ort-library.ts";
import { peakRssBytes } from "../../platform/peak-rss.ts";
import { ArenaRunnable } from "./arena-runnable.ts";
import { makeInputs } from "./make-inputs.ts";
import { PackageRunnable } from "./package-runnable.ts";
import type { RunStage } from "./run-stage.ts";
import type { RunResult, RunTask, RunWay } from "./run-task.ts";
import type { ForeignRunnable } from "./runnable.ts";
import { timeRuns } from "./time-runs.ts";

/** A way to run a model in memory that is not ours. */
type ForeignWay = Exclude<RunWay, "heap" | "traced">;

const NAMES: Readonly<Record<ForeignWay, string>> = {
  package: "onnxruntime-node",
  arena: "the engine's arena",
  "no-pattern": "the arena, pattern off",
};

/** Measures a model whose weights, tensors and outputs are not in memory of ours. The inputs are the same blobs. */
export async function runElsewhere(way: ForeignWay, task: RunTask, stage: RunStage): Promise<RunResult> {
  const baseRssBytes = process.memoryUsage.rss();
  stage.enter("load", `${NAMES[way]}: loading the model`);
  const begun = performance.now();
  const runnable = await load(way, task);
  const loadMs = performance.now() - begun;
  stage.enter("inputs", `${NAMES[way]}: making the inputs`);
  const { blobs, facts } = makeInputs(runnable.inputs, task, new HeapAllocator());
  stage.tell({ infos: runnable.inputs, inputs: facts });
  runnable.bind(blobs);
  stage.enter("run", `${NAMES[way]}: running`);
  const times = await timeRuns(runnable, task.runs, { onProgress: stage.progress, onTurn: stage.turn });
  const heldBytes = runnable.heldBytes();
  return {
    way,
    onnxruntime: runnable.version,
    inputs: facts,
    loadMs,
    ...times,
    heldBytes,
    heldFrom: heldBytes === null ? null : "statistics of the engine's arena",
    baseRssBytes,
    peakRssBytes: peakRssBytes(),
    heap: null,
    savedRuns: null,
  };
}

async function load(way: ForeignWay, { model, threads, allowUntestedVersion }: RunTask): Promise<ForeignRunnable> {
  if (way === "package") return PackageRunnable.load(model, threads);
  return new ArenaRunnable(loadLibrary(allowUntestedVersion), model, threads, way === "arena");
}
