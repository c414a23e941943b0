import { LimitAdaptor } from "../../adaptors/limit.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createSession } from "../../engines/onnxruntime-native/create-session.ts";
import { loadLibrary } from "../../engines/onnxruntime-native/ort-library.ts";
import { makeInputs } from "./make-inputs.ts";
import { NativeRunnable } from "./native-runnable.ts";
import { peakRssBytes } from "../../platform/peak-rss.ts";
import type { RunResult, RunTask } from "./run-task.ts";
import type { RunStage } from "./run-stage.ts";
import { timeRuns } from "./time-runs.ts";

/** Blocks start on multiples of so many bytes, and take as many at least. */
const BLOCK_BYTES = 64;

/** Measures a model whose weights, inputs, tensors and outputs are all in a heap of ours. */
export async function runInHeap(task: RunTask, stage: RunStage): Promise<RunResult> {
  const { model, runs, threads, limitBytes, savedRuns, allowUntestedVersion } = task;
  const baseRssBytes = process.memoryUsage.rss();
  const heap = new HeapAllocator();
  const allocator = limitBytes === null ? heap : new LimitAdaptor(heap, { maxBytes: limitBytes });
  stage.enter("load", "loading the model");
  const begun = performance.now();
  const options = { allocator, threads, allowUntestedVersion, runs: savedRuns ?? undefined };
  const session = await createSession(model, options);
  const loadMs = performance.now() - begun;
  const loaded = heap.stats();
  stage.enter("inputs", "making the inputs");
  const { blobs, facts } = makeInputs(session.inputs, task, allocator);
  stage.tell({ infos: session.inputs, inputs: facts });
  stage.enter("run", "running");
  const runnable = new NativeRunnable(session, blobs);
  const before = heap.stats().totalCount;
  let firstRunAllocations = 0;
  const times = await timeRuns(runnable, runs, {
    onProgress: stage.progress,
    onTurn: stage.turn,
    onFirst: () => {
      firstRunAllocations = heap.stats().totalCount - before;
    },
  });
  const { peakBytes, footprintBytes, totalCount } = heap.stats();
  const report = session.report();
  const inputBytes = facts.reduce((sum, { byteSize }) => sum + roundUp(byteSize), 0);
  const isPlanned = report.plannedRuns > 0;
  const result: RunResult = {
    way: task.way,
    onnxruntime: loadLibrary(allowUntestedVersion).version,
    inputs: facts,
    loadMs,
    ...times,
    heldBytes: footprintBytes - inputBytes,
    heldFrom: "footprint of our heap",
    baseRssBytes,
    peakRssBytes: peakRssBytes(),
    heap: {
      inputBytes,
      loadedBytes: loaded.liveBytes,
      peakBytes,
      footprintBytes,
      loadAllocations: loaded.totalCount,
      firstRunAllocations,
      allocationsPerRun: (totalCount - before - firstRunAllocations) / (report.runs - 1),
      totalRuns: report.runs,
      plannedRuns: report.plannedRuns,
      divergences: report.divergences,
      plannedBytes: isPlanned ? report.plannedBytes : null,
      lowerBoundBytes: isPlanned ? report.lowerBoundBytes : null,
      copiedOutputs: report.copiedOutputs,
    },
    savedRuns: session.savedRuns(),
  };
  for (const blob of Object.values(blobs)) blob.deallocate();
  await session.dispose();
  return result;
}

function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
}
