#!/usr/bin/env node
/** `tensorheap <command>`: this process around the program. */
import { processIo } from "./process-io.ts";
import { explainLostOutput } from "./explain-lost-output.ts";
import { runProgram } from "./program.ts";

process.stdout.on("error", (error) => {
  const exitCode = explainLostOutput(error, processIo);
  if (exitCode !== undefined) process.exit(exitCode);
});
// There is nobody left to tell. The answer and the exit code are what they would have been.
process.stderr.on("error", () => {});

process.exitCode = await runProgram(process.argv.slice(2), processIo);
