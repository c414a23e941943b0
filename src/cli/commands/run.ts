import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { SavedRuns } from "../../engines/onnxruntime-native/run-book.ts";
import { plural } from "../../report/format/units.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { readText, reasonOf, writeText } from "../files.ts";
import type { Io } from "../io.ts";
import { parseBytes } from "../option-values.ts";
import { writeJson } from "../output.ts";
import type { RunAnswer } from "../run/describe-run.ts";
import { collectInput, collectShape } from "../run/name-values.ts";
import type { GivenInput } from "../run/run-task.ts";
import type { RunPlan } from "../run/run-model.ts";
import type { Call, Subcommand } from "../subcommand.ts";

interface Options {
  readonly input?: Readonly<Record<string, GivenInput>>;
  readonly shape?: Readonly<Record<string, readonly number[]>>;
  readonly seed?: number;
  readonly runs?: number;
  readonly threads?: number;
  readonly limit?: number;
  readonly trace?: string;
  readonly report?: string;
  readonly plan?: string;
  readonly savePlan?: string;
  readonly compare: boolean;
  readonly allowUntestedVersion?: boolean;
  readonly json?: boolean;
  readonly worker?: boolean;
}

/** `tensorheap run model.onnx`: a model in our heap, beside the engine's own arena. */
export const run: Subcommand<Options> = {
  name: "run",
  summary: "run an ONNX model in our heap, beside the engine's own arena",
  description:
    "Runs an ONNX model with every tensor in a heap of ours, and again with them in ONNX Runtime's own memory: time of a run, " +
    "what is held, and whether the outputs are the same bytes; each in a process of its own. Inputs are generated, unless " +
    "given: floats from 0 to 1, integers of 8 bits over their range, wider ones from 0 to 7. Dims that the model leaves free are " +
    "1, unless --shape says more. It needs koffi and onnxruntime-node, which it looks for beside tensorheap and in the " +
    "folder it is called in. Exit code 1 also when the limit was hit, or the outputs differ.",
  examples: [
    "tensorheap run model.onnx",
    "tensorheap run detector.onnx --shape x=1x3x640x640 --threads 1",
    "tensorheap run vad.onnx --shape input=1x512 --input sr=16000   # an input that is one number",
    "tensorheap run model.onnx --input image=cat.npy --limit 64MiB  # exit code 1 when it does not fit",
    "tensorheap run model.onnx --report report.html --trace run.jsonl.gz",
    "tensorheap run model.onnx --save-plan runs.json; tensorheap run model.onnx --plan runs.json",
  ],
  declare(command: Command): void {
    command
      .argument("<model>", "an ONNX file")
      .option(
        "--input <name=file.npy>",
        "an input's contents; name=number fills it with that; repeatable",
        collectInput,
      )
      .option("--shape <name=1x3x640x640>", "an input's dims; repeatable", collectShape)
      .option("--seed <n>", "of what is generated (default: 1)", integer(0, 2 ** 32 - 1))
      .option("--runs <n>", "timed runs (default: half a second of them, 10 to 10,000)", integer(1, 1_000_000))
      .option("--threads <n>", "threads that one node may use (default: 0, one per core)", integer(0, 1024))
      .option("--limit <bytes>", "what may be live in our heap, such as 64MiB: weights, inputs and a run", parseBytes)
      .option("--trace <out.jsonl[.gz]>", "record the allocations of up to 3 more runs, which are not planned")
      .option("--report <report.html>", "show such a recording as a page")
      .option("--plan <runs.json>", "begin with the runs of that file, if it exists, so that the first run is planned")
      .option("--save-plan <runs.json>", "write the runs that were recorded")
      .option("--no-compare", "leave the engine's own memory out")
      .option("--allow-untested-version", "go on with a version of ONNX Runtime that this was not tested with")
      .option("--json", "print the result as JSON")
      .addOption(new Option("--worker").hideHelp());
  },
  run: runModelCommand,
};

async function runModelCommand({ io, operands, options }: Call<Options>): Promise<ExitCode> {
  if (options.worker === true) {
    const { runWorker } = await import("../run/worker.ts");
    return runWorker();
  }
  const path = operands[0]!;
  const { trace, report, json = false, plan, savePlan } = options;
  if (report === "-" && json) throw new CliError("--json and --report - both print on stdout. Give --report a file.");
  if (trace === "-") throw new CliError("--trace needs a file. Name one; its name may end in .gz.");
  const savedRuns = plan === undefined ? null : await readRuns(plan, io);
  const { runModel } = await import("../run/run-model.ts");
  const request: RunPlan = {
    task: {
      model: resolve(path),
      given: options.input ?? {},
      shapes: options.shape ?? {},
      seed: options.seed ?? 1,
      runs: options.runs ?? null,
      threads: options.threads ?? 0,
      limitBytes: options.limit ?? null,
      savedRuns,
      allowUntestedVersion: options.allowUntestedVersion ?? false,
    },
    modelBytes: sizeOf(path),
    title: basename(path),
    trace: trace ?? null,
    report: report ?? null,
    isCompared: options.compare,
  };
  const answer = await runModel(request, io);
  const notes = [...planNotes(options, savedRuns), ...answer.notes];
  if (savePlan !== undefined) {
    await writeText(savePlan, `${JSON.stringify(answer.heap.savedRuns)}\n`, io);
    notes.push(`${savePlan}: what --plan begins with.`);
  }
  const { describeRun, exitCodeOf } = await import("../run/describe-run.ts");
  const shown: RunAnswer = { ...answer, model: path, notes };
  if (json) writeJson(io.stdout, (await import("../run/run-json.ts")).runJson(shown));
  else (report === "-" || savePlan === "-" ? io.stderr : io.stdout).write(describeRun(shown));
  return exitCodeOf(shown);
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\s*\d+\s*$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return stat.size;
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${reasonOf(error)}`, ExitCode.USAGE, { cause: error });
  }
  throw new CliError(`${path} is no file. Name an ONNX file.`);
}

/** Null when there is no such file yet. */
async function readRuns(path: string, io: Io): Promise<SavedRuns | null> {
  let text: string;
  try {
    text = await readText(path, io);
  } catch (error) {
    if (((error as CliError).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return null;
    throw error;
  }
  const { RunBook } = await import("../../engines/onnxruntime-native/run-book.ts");
  try {
    const runs: unknown = JSON.parse(text);
    new RunBook(1).load(runs);
    return runs as SavedRuns;
  } catch (error) {
    const reason = error instanceof SyntaxError ? `${error.message}. Record the runs anew.` : (error as Error).message;
    throw new CliError(`${path}: ${reason}`, ExitCode.USAGE, { cause: error });
  }
}

function planNotes({ plan, savePlan }: Options, saved: SavedRuns | null): string[] {
  if (plan === undefined) return [];
  if (saved === null)
    return [`${plan}: there is no such file yet${savePlan === undefined ? "; --save-plan writes one" : ""}.`];
  const { length } = saved.runs;
  return [`${plan}: ${plural(length, "recorded run")} to begin with.`];
}
