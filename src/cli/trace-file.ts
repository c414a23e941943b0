import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { formatBytes, formatCount, plural } from "../report/format/units.ts";
import { loadTrace } from "../trace/read-trace.ts";
import type { Trace } from "../trace/read-trace.ts";
import type { TraceProblem, TraceProblems } from "../trace/problems.ts";
import { TraceError } from "../trace/trace-error.ts";
import { CliError } from "./cli-error.ts";
import { ExitCode } from "./exit-code.ts";
import { nameOf, reasonOf } from "./files.ts";
import type { Io } from "./io.ts";
import { Progress } from "./progress.ts";

/** Problems of a trace that are printed one by one. */
const MOST_WARNINGS = 10;

/** For `--help` of commands that read a trace. */
export const TRACE_ARGUMENT_HELP = 'JSON Lines, gzip or not; "-" is stdin';

/** For `--help`: what becomes of a trace that is damaged. */
export const DAMAGE_HELP: string =
  "Of a damaged trace, what can be read is used, and stderr says which lines could not; that alone changes no exit code. A " +
  "file of which nothing can be read is an input that cannot be read.";

/**
 * Reads a whole trace, with a bar on stderr when it takes long, and says on stderr what could not be read.
 *
 * @throws {CliError} with exit code 2 when it cannot be read, or there is not one event among what is damaged
 */
export async function readTraceFile(path: string, io: Io): Promise<Trace> {
  const trace = await readingTrace(path, io, loadTrace);
  const { events, problems } = trace;
  if (problems.count === 0) return trace;
  const name = nameOf(path);
  if (events.length === 0) {
    const [first] = problems.list;
    const of = problems.count === 1 ? "" : `, the first of ${formatCount(problems.count)} problems`;
    throw new CliError(`${name} is no trace: ${placeOf(first!)}${first!.message}${of}. Give a trace in JSON Lines.`);
  }
  for (const line of describeProblems(problems, MOST_WARNINGS)) io.stderr.write(`tensorheap: ${name}: ${line}\n`);
  io.stderr.write(
    `tensorheap: ${name}: the ${plural(events.length, "event")} that could be read ` +
      `${events.length === 1 ? "is" : "are"} used.\n`,
  );
  return trace;
}

/**
 * Gives a trace, by path or from stdin, to what reads it, with a bar on stderr when it takes long.
 *
 * @throws {CliError} with exit code 2 when it cannot be read
 */
export async function readingTrace<T>(
  path: string,
  io: Io,
  read: (chunks: AsyncIterable<Uint8Array | string>) => Promise<T>,
): Promise<T> {
  const name = nameOf(path);
  try {
    return await read(path === "-" ? io.stdin : fileChunks(path, io));
  } catch (error) {
    if (error instanceof TraceError) throw new CliError(`${name}: ${error.message}`, ExitCode.USAGE, { cause: error });
    throw new CliError(`cannot read ${name}: ${reasonOf(error)}`, ExitCode.USAGE, { cause: error });
  }
}

/** What is wrong with a trace, a line each, of which the last may say how many more there are. */
export function describeProblems({ list, count }: TraceProblems, most: number): string[] {
  const lines = list.slice(0, most).map((problem) => `${placeOf(problem)}${problem.message}.`);
  const left = count - lines.length;
  return left === 0 ? lines : [...lines, `and ${plural(left, "more problem")}.`];
}

function placeOf({ line }: TraceProblem): string {
  return line === 0 ? "" : `line ${line}: `;
}

async function* fileChunks(path: string, io: Io): AsyncGenerator<Uint8Array> {
  const { size } = await stat(path);
  const progress = new Progress(io.stderr, Math.max(size, 1));
  let done = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>) {
      yield chunk;
      done += chunk.byteLength;
      progress.update(done, `reading ${formatBytes(size)}`);
    }
  } finally {
    progress.stop();
  }
}
