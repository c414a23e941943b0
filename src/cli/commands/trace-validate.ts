import type { Command } from "commander";
import { formatBytes, formatCount, formatTime, plural } from "../../report/format/units.ts";
import { TraceError } from "../../trace/trace-error.ts";
import { validateTrace } from "../../trace/validate-trace.ts";
import type { TraceValidation } from "../../trace/validate-trace.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf } from "../files.ts";
import type { Io } from "../io.ts";
import { writeJson } from "../output.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import { TRACE_ARGUMENT_HELP, describeProblems, readingTrace } from "../trace-file.ts";

/** Problems that are printed of each trace; `--json` has the first 100. */
const MOST_PROBLEMS = 20;

interface Options {
  readonly json?: boolean;
}

/** Fields of a header that are nested deeper are left out of `--json`: they could be too deep to be written. */
const MOST_DEPTH = 16;

/** What is said of one file. */
interface Verdict {
  readonly file: string;
  /** Why it could not be read at all; null when it could. */
  readonly error: string | null;
  readonly exitCode: ExitCode;
  readonly validation: TraceValidation | undefined;
}

/** `tensorheap trace validate trace.jsonl`: whether it keeps to the format. */
export const traceValidate: Subcommand<Options> = {
  name: "validate",
  summary: "check traces against the rules of the format",
  description:
    "Checks each line, and what the lines mean together: whether time goes on, whether what is freed is alive, whether locks " +
    "are held. Says what is wrong with the number of the line. Exit code 1 when a trace is not valid, 2 when a file cannot " +
    "be read.",
  examples: ["tensorheap trace validate trace.jsonl", "tensorheap trace validate traces/*.jsonl.gz --json"],
  declare(command: Command): void {
    command.argument("<trace...>", TRACE_ARGUMENT_HELP).option("--json", "print what was found as JSON, a list");
  },
  async run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
    let worst: ExitCode = ExitCode.OK;
    const found: object[] = [];
    for (const path of operands) {
      const verdict = await judge(path!, io);
      if (verdict.exitCode > worst) worst = verdict.exitCode;
      const { file, error, validation } = verdict;
      if (options.json === true) found.push({ file, error, isValid: false, ...validation, ...headerOf(validation) });
      else if (verdict.exitCode === ExitCode.USAGE) io.stderr.write(`tensorheap: ${error}\n`);
      else io.stdout.write(`${describeVerdict(verdict)}\n`);
    }
    if (options.json === true) writeJson(io.stdout, found);
    return worst;
  },
};

async function judge(path: string, io: Io): Promise<Verdict> {
  const file = nameOf(path);
  try {
    const validation = await readingTrace(path, io, validateTrace);
    return { file, error: null, exitCode: validation.isValid ? ExitCode.OK : ExitCode.NO, validation };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // A file of another format or version was read as far as it matters.
    const { cause } = error;
    if (!(cause instanceof TraceError))
      return { file, error: error.message, exitCode: ExitCode.USAGE, validation: undefined };
    return { file, error: cause.message, exitCode: ExitCode.NO, validation: undefined };
  }
}

function headerOf(validation: TraceValidation | undefined): object {
  if (validation?.header === undefined) return {};
  const fields = Object.entries(validation.header).filter(([, value]) => isWithin(value, MOST_DEPTH));
  return { header: Object.fromEntries(fields) };
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1));
}

function describeVerdict({ file, error, validation }: Verdict): string {
  if (validation === undefined) return `${file}: not valid: ${error}`;
  const { isValid, problems, events, peakBytes, durationMs, endCount, endBytes } = validation;
  const count = plural(events, "event");
  if (isValid) {
    const left =
      endCount === 0 ? "nothing left alive" : `${formatCount(endCount)} left alive, ${formatBytes(endBytes)}`;
    const unknown = problems.unknownOps === 0 ? "" : `, and ${formatCount(problems.unknownOps)} of unknown kinds`;
    return `${file}: valid: ${count}${unknown}, ${formatTime(durationMs)}, peak ${formatBytes(peakBytes)}, ${left}`;
  }
  const what = `${plural(problems.count, "problem")} in`;
  const lines = describeProblems(problems, MOST_PROBLEMS).map((line) => `\n  ${line}`);
  return `${file}: not valid: ${what} ${count}${lines.join("")}`;
}
