import type { RunAnswer } from "./describe-run.ts";
import { isDifferent } from "./describe-run.ts";
import type { RunResult } from "./run-task.ts";
import { median, percentile } from "./sample.ts";

/** The answer for programs. Bytes and milliseconds. */
export function runJson(answer: RunAnswer): object {
  const { model, modelBytes, threads, limitBytes, heap, others } = answer;
  return {
    model,
    modelBytes,
    onnxruntime: heap.onnxruntime,
    threads,
    limitBytes,
    inputs: heap.inputs,
    outputs: heap.outputs,
    heap: heap.heap,
    /** Null when nothing was compared. */
    sameOutputs: others.some((outcome) => "result" in outcome) ? !isDifferent(answer) : null,
    ways: [
      wayJson(heap),
      ...others.map((outcome) =>
        "error" in outcome ? { way: outcome.way, error: outcome.error } : wayJson(outcome.result),
      ),
    ],
  };
}

function wayJson(result: RunResult): object {
  const { way, loadMs, firstMs, ms, heldBytes, heldFrom, baseRssBytes, peakRssBytes, firstDigest, lastDigest } = result;
  return {
    way,
    loadMs,
    firstMs,
    runs: ms.length,
    medianMs: median(ms),
    p95Ms: percentile(ms, 95),
    fastestMs: Math.min(...ms),
    slowestMs: Math.max(...ms),
    heldBytes,
    heldFrom,
    baseRssBytes,
    peakRssBytes,
    firstDigest,
    lastDigest,
  };
}
