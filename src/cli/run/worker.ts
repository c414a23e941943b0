import { ExitCode } from "../exit-code.ts";
import { CliError } from "../cli-error.ts";
import { TESTED_PACKAGE } from "../../engines/onnxruntime-native/tested-versions.ts";
import { loadKoffi, whyNoKoffi } from "../../platform/koffi.ts";
import { explainFailure } from "./explain-failure.ts";
import { runElsewhere } from "./run-elsewhere.ts";
import { runInHeap } from "./run-in-heap.ts";
import { RunStage } from "./run-stage.ts";
import type { RunResult, RunTask, TraceFacts, WorkerMessage } from "./run-task.ts";
import { traceInHeap } from "./trace-in-heap.ts";

/**
 * The other side of `startWorker`: takes a task from the parent process, and tells it what came of it.
 *
 * @throws {CliError} when there is no parent that could be told
 */
export async function runWorker(): Promise<ExitCode> {
  if (process.send === undefined) throw new CliError("--worker is how this command starts itself. Leave it out.");
  // Whoever waits for the answer is gone.
  process.once("disconnect", () => {
    process.exit();
  });
  const task = await new Promise<RunTask>((resolve) => {
    process.once("message", (message) => {
      resolve(message as RunTask);
    });
  });
  const stage = new RunStage(
    (share, text) => {
      process.send!({ kind: "progress", share, text } satisfies WorkerMessage);
    },
    () =>
      new Promise((resolve) => {
        // GO is all that comes after the task.
        process.once("message", () => {
          resolve();
        });
        process.send!({ kind: "turn" } satisfies WorkerMessage);
      }),
  );
  let answer: WorkerMessage;
  try {
    assertKoffi();
    answer = { kind: "done", result: await work(task, stage) };
  } catch (error) {
    answer = { kind: "failed", ...explainFailure(error, stage, task.limitBytes) };
  }
  await new Promise((resolve) => {
    process.send!(answer, resolve);
  });
  process.disconnect();
  return ExitCode.OK;
}

/** @throws {CliError} when the engine cannot be called */
function assertKoffi(): void {
  if (loadKoffi() !== undefined) return;
  const why = whyNoKoffi() ?? "it is missing";
  throw new CliError(
    `ONNX Runtime is called through the package koffi, which cannot be used here: ${why}. Run: npm install koffi ${TESTED_PACKAGE}`,
  );
}

function work(task: RunTask, stage: RunStage): Promise<RunResult | TraceFacts> {
  const { way } = task;
  if (way === "heap") return runInHeap(task, stage);
  if (way === "traced") return traceInHeap(task, stage);
  return runElsewhere(way, task, stage);
}
