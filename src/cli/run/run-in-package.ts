import { HeapAllocator } from "../../allocators/heap.ts";
import { makeInputs } from "./make-inputs.ts";
import { PackageRunnable } from "./package-runnable.ts";
import { peakRssBytes } from "../../platform/peak-rss.ts";
import type { RunStage } from "./run-stage.ts";
import type { RunResult, RunTask } from "./run-task.ts";
import { timeRuns } from "./time-runs.ts";

/** Measures a model as the package onnxruntime-node runs it. What its arena holds, it does not tell. */
export async function runInPackage(task: RunTask, stage: RunStage): Promise<RunResult> {
  const { way, model, runs, threads } = task;
  const baseRssBytes = process.memoryUsage.rss();
  stage.enter("load", "onnxruntime-node: loading the model");
  const begun = performance.now();
  const runnable = await PackageRunnable.load(model, threads);
  const loadMs = performance.now() - begun;
  stage.enter("inputs", "onnxruntime-node: making the inputs");
  const { blobs, facts } = makeInputs(runnable.inputs, task, new HeapAllocator());
  stage.tell({ infos: runnable.inputs, inputs: facts });
  runnable.bind(blobs);
  stage.enter("run", "onnxruntime-node: running");
  const times = await timeRuns(runnable, runs, { onProgress: stage.progress, onTurn: stage.turn });
  return {
    way,
    onnxruntime: runnable.version,
    inputs: facts,
    outputs: times.first.facts,
    loadMs,
    firstMs: times.firstMs,
    ms: times.ms,
    firstDigest: times.first.digest,
    lastDigest: times.last.digest,
    heldBytes: null,
    heldFrom: null,
    baseRssBytes,
    peakRssBytes: peakRssBytes(),
    heap: null,
    savedRuns: null,
  };
}
