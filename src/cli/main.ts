#!/usr/bin/env node
/** `tensorheap <command>`: this process around the program. */
import { processIo } from "./process-io.ts";
import { explainLostOutput } from "./explain-lost-output.ts";
import { runProgram } from "./program.ts";

process.stdout.on("error", (error) => process.exit(explainLostOutput(error, processIo)));

process.exitCode = await runProgram(process.argv.slice(2), processIo);
