import { formatPlan, parseProblem } from "../../plan/csv.ts";
import { PlanError } from "../../plan/plan-error.ts";
import { plan as planProblem } from "../../plan/plan.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PlanProgress } from "../../plan/options.ts";
import type { PlanProblem } from "../../plan/problem.ts";
import { formatCount, formatTime, plural } from "../../report/format/units.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf, readText, refuseOverInput, writeText } from "../files.ts";
import type { Io } from "../io.ts";
import { parseBytes, parseSeconds } from "../option-values.ts";
import { formatPairs, writeJson } from "../output.ts";
import { Progress } from "../progress.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import type { Command } from "commander";

const DEFAULT_SECONDS = "10";
/** How often the bar is drawn anew. */
const TICK_MS = 200;

interface Options {
  readonly capacity?: number;
  readonly timeout?: number;
  readonly output?: string;
  readonly json?: boolean;
}

/** `tensorheap plan problem.csv`: offsets for buffers whose lifetimes are known. */
export const plan: Subcommand<Options> = {
  name: "plan",
  summary: "lay out buffers with known lifetimes in as little memory as can be",
  description:
    "Reads buffers as CSV: a header line, then a buffer per line, id,lower,upper,size. A buffer lives from lower up to, not " +
    "including, upper, in any integer measure of time; size is in bytes. Says how low they can be laid out in one memory so " +
    "that no two that live at once overlap, and whether that is proved to be the lowest. Ctrl-C ends the search early, " +
    "with the best so far.",
  examples: [
    "tensorheap plan problem.csv",
    "tensorheap plan problem.csv -o solution.csv            # the same lines with a column offset",
    "tensorheap plan problem.csv --capacity 1MiB            # any plan that fits; exit code 1 when none was found",
    "tensorheap plan problem.csv --timeout 60 --json",
    "cat problem.csv | tensorheap plan - -o - > solution.csv",
  ],
  declare,
  run,
};

function declare(command: Command): void {
  command
    .argument("<problem.csv>", 'the buffers; "-" is stdin')
    .option("-c, --capacity <bytes>", "stop at the first plan that takes no more, such as 1048576 or 1MiB", parseBytes)
    .option("-t, --timeout <seconds>", `time for the search (default: ${DEFAULT_SECONDS})`, parseSeconds)
    .option("-o, --output <solution.csv>", 'write the buffers with their offsets; "-" is stdout')
    .option("--json", "print the answer as JSON, with the offsets in the order of the file");
}

async function run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
  const path = operands[0]!;
  const { capacity, output, json = false, timeout = parseSeconds(DEFAULT_SECONDS) } = options;
  if (output === "-" && json) throw new CliError("--json and -o - both print on stdout. Give -o a file.");
  await refuseOverInput(path, output);
  const problem = await readProblem(path, io);
  const begun = performance.now();
  const answer = await search(problem, { capacity, timeout }, io);
  const elapsedMs = performance.now() - begun;
  if (output !== undefined) await writeText(output, formatPlan(problem, answer.offsets), io);
  const summary = { file: nameOf(path), buffers: problem.buffers.length, capacity: capacity ?? null, elapsedMs };
  if (json) writeJson(io.stdout, { ...summary, ...answer });
  // When the plan itself is on stdout, what is said about it goes elsewhere.
  else (output === "-" ? io.stderr : io.stdout).write(`${describeAnswer(summary, answer)}\n`);
  return answer.fits ? ExitCode.OK : ExitCode.NO;
}

async function readProblem(path: string, io: Io): Promise<PlanProblem> {
  const csv = await readText(path, io);
  try {
    return parseProblem(csv);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw new CliError(`${nameOf(path)}: ${error.message}`, ExitCode.USAGE, { cause: error });
  }
}

async function search(
  problem: PlanProblem,
  { capacity = Infinity, timeout }: { readonly capacity: number | undefined; readonly timeout: number },
  io: Io,
): Promise<Plan> {
  const stop = new AbortController();
  const offInterrupt = io.onInterrupt(() => {
    stop.abort();
  });
  const isTimed = Number.isFinite(timeout);
  const progress = new Progress(io.stderr, isTimed ? timeout : 1);
  const begun = performance.now();
  let text = "no plan yet";
  const tick = setInterval(() => {
    progress.update(isTimed ? performance.now() - begun : 0, text);
  }, TICK_MS);
  const onProgress = ({ height, lowerBound }: PlanProgress): void => {
    text = `${formatCount(height)} bytes, lower bound ${formatCount(lowerBound)}`;
  };
  try {
    return await planProblem(problem, { capacity, timeoutMs: timeout, stopSignal: stop.signal, onProgress });
  } finally {
    clearInterval(tick);
    progress.stop();
    offInterrupt();
  }
}

interface Summary {
  readonly file: string;
  readonly buffers: number;
  readonly capacity: number | null;
  readonly elapsedMs: number;
}

const REASONS: Readonly<Record<Plan["ended"], string>> = {
  done: "nothing is left to try",
  time: "the time ran out",
  nodes: "the decisions ran out",
  stopped: "it was interrupted",
};

function describeAnswer({ file, buffers, capacity, elapsedMs }: Summary, answer: Plan): string {
  const { height, lowerBound, optimal, fits, infeasible, ended } = answer;
  const pairs: [string, string][] = [
    ["problem", `${file}, ${plural(buffers, "buffer")}`],
    ["height", `${formatCount(height)} bytes`],
    [
      "lower bound",
      `${formatCount(lowerBound)} bytes${optimal ? "" : ` (height is ${ratio(height, lowerBound)} of it)`}`,
    ],
  ];
  pairs.push(["optimal", optimal ? "yes, proved" : `not proved: ${whyOpen(capacity !== null, answer)}`]);
  if (capacity !== null) {
    const no = infeasible ? "no, proved: no plan does" : `no plan found that does: ${REASONS[ended]}`;
    pairs.push([`fits ${formatCount(capacity)}`, fits ? "yes" : no]);
  }
  pairs.push(["time", formatTime(elapsedMs)]);
  return formatPairs(pairs);
}

function whyOpen(hasCapacity: boolean, { fits, infeasible, ended }: Plan): string {
  if (hasCapacity && fits) return "the search ends with the first plan that fits";
  if (hasCapacity && infeasible) return "the search ends with the proof that none fits";
  return REASONS[ended];
}

function ratio(height: number, lowerBound: number): string {
  return lowerBound === 0 ? "–" : `${((100 * height) / lowerBound).toFixed(2)} %`;
}
