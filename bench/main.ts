/** `npm run bench [-- suite] [options]`: finds the suite and runs it. */
import { parseCommandLine } from "./lib/options.ts";
import type { CommandLine } from "./lib/options.ts";
import type { Suite } from "./lib/suite.ts";
import { adaptors } from "./suites/adaptors.ts";
import { alloc } from "./suites/alloc.ts";
import { copy } from "./suites/copy.ts";
import { engine } from "./suites/engine.ts";
import { frames } from "./suites/frames.ts";
import { plan } from "./suites/plan.ts";

/** Every suite; the first is the default. */
const SUITES: readonly [Suite, ...Suite[]] = [alloc, adaptors, copy, engine, frames, plan];

const HELP = `\
Usage: npm run bench -- [suite] [options]

Suites (default: ${SUITES[0].name}):
${SUITES.map(({ name, describe }) => `  ${name.padEnd(10)} ${describe}`).join("\n")}

Options:
  --rounds N     how often each cell is measured (default: 3)
  --filter TEXT  only cells whose name contains TEXT, such as "replay", "det640" or "tensorheap"
  --all          alloc: every workload, not the headlines only; a --filter looks through all of them anyway
  --peers A,B    alloc: only allocators whose name contains one of these
  --modes A,B    alloc: what is done with each block: raw (default), lock, touch, or all
  --chart FILE   alloc: also draws the medians of the first mode, as an SVG
  --quick        short cells and one round, for a first look
  --json         every measurement as JSON, in place of tables
  --help         this text`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let commandLine: CommandLine;
  try {
    commandLine = parseCommandLine(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (commandLine.help) {
    console.log(HELP);
    return 0;
  }
  const suite = SUITES.find(({ name }) => name === (commandLine.suite ?? SUITES[0].name));
  if (suite === undefined) {
    console.error(`There is no suite "${commandLine.suite}".\n\n${HELP}`);
    return 2;
  }
  return await suite.run(commandLine);
}
