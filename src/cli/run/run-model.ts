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
import { Turns } from "./turns.ts";
import { writeTraceReport } from "./write-trace-report.ts";

/** What `tensorheap run` is asked for. */
export interface RunPlan {
  /** What every process is to do, each in its way. */
  readonly task: Omit<RunTask, "way" | "tracePath">;
  readonly modelBytes: number;
  /** Of the report. */
  readonly title: string;
  readonly trace: string | null;
  readonly report: string | null;
  /** Whether the model runs in the engine's own memory as well. */
  readonly isCompared: boolean;
}

const OTHER_WAYS: readonly RunWay[] = ["package", "arena", "no-pattern"];

/**
 * Runs a model in several processes, one of which works at a time.
 *
 * @throws {CliError} when it does not run in our heap. Where a trace was asked for, it is written all the same
 */
export async function runModel(plan: RunPlan, io: Io): Promise<RunAnswer> {
  const isTraced = plan.trace !== null || plan.report !== null;
  const others = plan.isCompared ? OTHER_WAYS : [];
  const progress = new Progress(io.stderr, 1 + Number(isTraced) + others.length);
  const shares = new Map<RunWay, number>();
  const turns = new Turns();
  const onTurn = (): Promise<void> => {
    turns.end();
    return turns.begin();
  };
  const work = async (way: RunWay, changes: Partial<RunTask> = {}): Promise<RunResult | TraceFacts> => {
    const onProgress = (share: number, text: string): void => {
      shares.set(way, share);
      const done = [...shares.values()].reduce((sum, value) => sum + value, 0);
      if (share === 0) progress.announce(done, text);
      else progress.update(done, text);
    };
    try {
      return await startWorker({ tracePath: null, ...plan.task, ...changes, way }, { onProgress, onTurn });
    } finally {
      shares.set(way, 1);
      turns.end();
    }
  };
  try {
    await turns.begin();
    const notes = isTraced ? await trace(plan, io, (tracePath) => work("traced", { tracePath })) : [];
    if (isTraced) await turns.begin();
    let hasFailed = false;
    const inHeap = work("heap").catch((error: unknown) => {
      hasFailed = true;
      throw error;
    });
    const elsewhere = others.map(async (way): Promise<RunOutcome> => {
      await turns.begin();
      if (hasFailed) {
        turns.end();
        return { way, error: "it was not tried" };
      }
      try {
        return { way, result: (await work(way)) as RunResult };
      } catch (error) {
        return { way, error: error instanceof Error ? error.message : String(error) };
      }
    });
    const [heap, ...outcomes] = await settled(inHeap as Promise<RunResult>, elsewhere).catch((error: unknown) => {
      progress.stop();
      for (const note of notes) io.stderr.write(`tensorheap: ${note}\n`);
      throw error;
    });
    const { model, threads, limitBytes } = plan.task;
    return { model, modelBytes: plan.modelBytes, threads, limitBytes, heap, others: outcomes, notes };
  } finally {
    progress.stop();
  }
}

/** When all have ended, so that no process is left behind. */
async function settled(
  heap: Promise<RunResult>,
  others: readonly Promise<RunOutcome>[],
): Promise<[RunResult, ...RunOutcome[]]> {
  await Promise.allSettled([heap, ...others]);
  return [await heap, ...(await Promise.all(others))];
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
      what = "the run up to where it failed";
    }
    if (path !== null) notes.push(`${path}: ${what}.`);
    if (report !== null) notes.push(`${await writeTraceReport(file, report, title, io)} It shows ${what}.`);
    return notes;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
