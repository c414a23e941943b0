import { LimitAdaptor } from "../../adaptors/limit.ts";
import { TraceAdaptor } from "../../adaptors/trace.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createSession } from "../../engines/onnxruntime-native/create-session.ts";
import { TraceError } from "../../trace/trace-error.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { makeInputs } from "./make-inputs.ts";
import { NativeRunnable } from "./native-runnable.ts";
import type { RunStage } from "./run-stage.ts";
import type { RunTask, TraceFacts } from "./run-task.ts";

/** Runs that are traced at most: they are all alike. */
const MOST_RUNS = 3;

/**
 * Records what a model allocates, block by block: a planned run takes one block for everything, of which there is nothing to
 * see. Locks are left out, since the engine locks each block for as long as it has it.
 */
export async function traceInHeap(task: RunTask, stage: RunStage): Promise<TraceFacts> {
  const { model, threads, limitBytes, allowUntestedVersion } = task;
  const runs = Math.min(task.runs ?? MOST_RUNS, MOST_RUNS);
  const heap = new HeapAllocator();
  const upstream = limitBytes === null ? heap : new LimitAdaptor(heap, { maxBytes: limitBytes });
  const traced = openTrace(upstream, task);
  try {
    traced.phase("load");
    stage.enter("load", "tracing: loading the model");
    const allocator = traced.labelled("engine");
    const session = await createSession(model, { allocator, threads, allowUntestedVersion, planned: false });
    try {
      traced.phase("inputs");
      stage.enter("inputs", "tracing: making the inputs");
      const { blobs, facts } = makeInputs(session.inputs, task, traced.labelled("inputs"));
      stage.tell({ infos: session.inputs, inputs: facts });
      stage.enter("run", "tracing");
      const runnable = new NativeRunnable(session, blobs);
      try {
        for (let run = 1; run <= runs; run++) {
          traced.phase(`run ${run}`);
          runnable.run();
          runnable.release();
          stage.progress(run / runs);
        }
      } finally {
        // What a failed run did not get is not what it left behind.
        traced.phase("end");
        for (const blob of Object.values(blobs)) blob.deallocate();
      }
    } finally {
      await session.dispose();
    }
    return { runs };
  } finally {
    await traced.close();
  }
}

function openTrace(upstream: HeapAllocator | LimitAdaptor<HeapAllocator>, { tracePath }: RunTask): TraceAdaptor {
  try {
    return new TraceAdaptor(upstream, { path: tracePath!, locks: false, header: { producer: "tensorheap run" } });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new CliError(error.message, ExitCode.NO, { cause: error });
  }
}
