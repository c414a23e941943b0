import { ExitCode } from "./exit-code.ts";
import { reasonOf } from "./files.ts";
import type { Io } from "./io.ts";

/**
 * Says on stderr why stdout cannot be written.
 *
 * @returns what the process ends with at once; undefined: it goes on to the end, and its exit code tells the answer
 */
export function explainLostOutput(error: NodeJS.ErrnoException, io: Pick<Io, "stderr">): ExitCode | undefined {
  // `tensorheap … | head`: whoever reads has had enough.
  if (error.code === "EPIPE") return undefined;
  io.stderr.write(`tensorheap: cannot write stdout: ${reasonOf(error)}\n`);
  return ExitCode.NO;
}
