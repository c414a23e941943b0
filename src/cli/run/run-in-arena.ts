import { HeapAllocator } from "../../allocators/heap.ts";
import { loadLibrary } from "../../engines/onnxruntime-native/ort-library.ts";
import { arenaBytes } from "./arena-bytes.ts";
import { ArenaRunnable } from "./arena-runnable.ts";
import { makeInputs } from "./make-inputs.ts";
import { peakRssBytes } from "../../platform/peak-rss.ts";
import type { RunStage } from "./run-stage.ts";
import type { RunResult, RunTask } from "./run-task.ts";
import { timeRuns } from "./time-runs.ts";

/** Measures a model whose weights, tensors and outputs are in the engine's own memory. The inputs are the same blobs. */
export async function runInArena(task: RunTask, stage: RunStage): Promise<RunResult> {
  const { way, model, runs, threads, allowUntestedVersion } = task;
  const hasPattern = way === "arena";
  const name = hasPattern ? "the engine's arena" : "the arena, pattern off";
  const baseRssBytes = process.memoryUsage.rss();
  stage.enter("load", `${name}: loading the model`);
  const begun = performance.now();
  const library = loadLibrary(allowUntestedVersion);
  const runnable = new ArenaRunnable(library, model, threads, hasPattern);
  const loadMs = performance.now() - begun;
  stage.enter("inputs", `${name}: making the inputs`);
  const { blobs, facts } = makeInputs(runnable.inputs, task, new HeapAllocator());
  stage.tell({ infos: runnable.inputs, inputs: facts });
  runnable.bind(blobs);
  stage.enter("run", `${name}: running`);
  const times = await timeRuns(runnable, runs, { onProgress: stage.progress, onTurn: stage.turn });
  const heldBytes = arenaBytes(library, runnable.session);
  return {
    way,
    onnxruntime: library.version,
    inputs: facts,
    outputs: times.first.facts,
    loadMs,
    firstMs: times.firstMs,
    ms: times.ms,
    firstDigest: times.first.digest,
    lastDigest: times.last.digest,
    heldBytes,
    heldFrom: heldBytes === null ? null : "statistics of the engine's arena",
    baseRssBytes,
    peakRssBytes: peakRssBytes(),
    heap: null,
    savedRuns: null,
  };
}
