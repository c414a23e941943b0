import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { Progress } from "../progress.ts";
import type { RunAnswer, RunOutcome } from "./describe-run.ts";
import type { RunResult, RunTask, RunWay, TraceFacts } from "./run-task.ts";
import { startWorker } from "./start-worker.ts";
import { writeTraceReport } from "./write-trace-report.ts";

/** What `tensorheap run` is asked for. */
export interface RunPlan extends Omit<RunTask, "way" | "tracePath"> {
  readonly modelBytes: number;
  /** Of the report. */
  readonly title: string;
  readonly trace: string | null;
  readonly report: string | null;
  /** Whether the model runs in the engine's own memory as well. */
  readonly isCompared: boolean;
}

const OTHER_WAYS: readonly RunWay[] = ["arena", "no-pattern"];

/**
 * Runs a model in one process after the other.
 *
 * @throws {CliError} when it does not run in our heap. Where a trace was asked for, it is written all the same
 */
export async function runModel(plan: RunPlan, io: Io): Promise<RunAnswer> {
  const isTraced = plan.trace !== null || plan.report !== null;
  const others = plan.isCompared ? OTHER_WAYS : [];
  const progress = new Progress(io.stderr, 1 + Number(isTraced) + others.length);
  let done = 0;
  const work = async (way: RunWay, changes: Partial<RunTask> = {}): Promise<RunResult | TraceFacts> => {
    const task: RunTask = { ...taskOf(plan), ...changes, way };
    const result = await startWorker(task, (share, text) => {
      if (share === 0) progress.announce(done, text);
      else progress.update(done + share, text);
    });
    done++;
    return result;
  };
  try {
    const notes = isTraced ? await trace(plan, io, (tracePath) => work("traced", { tracePath })) : [];
    const heap = (await work("heap")) as RunResult;
    const outcomes: RunOutcome[] = [];
    for (const way of others) {
      try {
        outcomes.push({ way, result: (await work(way, { runs: heap.ms.length })) as RunResult });
      } catch (error) {
        outcomes.push({ way, error: error instanceof Error ? error.message : String(error) });
      }
    }
    const { model, modelBytes, threads, limitBytes } = plan;
    return { model, modelBytes, threads, limitBytes, heap, others: outcomes, notes };
  } finally {
    progress.stop();
  }
}

function taskOf({
  model,
  given,
  shapes,
  seed,
  runs,
  threads,
  limitBytes,
  savedRuns,
  allowUntestedVersion,
}: RunPlan): RunTask {
  return {
    way: "heap",
    model,
    given,
    shapes,
    seed,
    runs,
    threads,
    limitBytes,
    tracePath: null,
    savedRuns,
    allowUntestedVersion,
  };
}

/**
 * Records a trace, and makes its report. A run that fails is recorded up to there, which is what one wants to see then.
 *
 * @returns lines about what was written
 */
async function trace(
  { trace: path, report, title }: RunPlan,
  io: Io,
  work: (tracePath: string) => Promise<RunResult | TraceFacts>,
): Promise<string[]> {
  const folder = path === null ? await mkdtemp(join(tmpdir(), "tensorheap-")) : undefined;
  const file = path === null ? join(folder!, "trace.jsonl") : resolve(path);
  const notes: string[] = [];
  try {
    let what: string;
    try {
      const { runs } = (await work(file)) as TraceFacts;
      what = `loading and ${runs === 1 ? "one run" : `${runs} runs`}, block by block`;
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== ExitCode.NO) throw error;
      what = `up to where it failed: ${error.message}`;
      io.stderr.write(`tensorheap: while tracing: ${error.message}\n`);
    }
    if (path !== null) notes.push(`${path}: ${what}.`);
    if (report !== null) notes.push(await writeTraceReport(file, report, title, io));
    return notes;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
