#!/usr/bin/env node
/** `tensorheap <command>`: this process around the program. */
import { processIo } from "./process-io.ts";
import { runProgram } from "./program.ts";

// `tensorheap … | head`: whoever reads has had enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runProgram(process.argv.slice(2), processIo);
