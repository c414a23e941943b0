import { Command, CommanderError } from "commander";
import { TensorHeapError } from "../errors.ts";
import { printable } from "../trace/printable.ts";
import { CliError } from "./cli-error.ts";
import { EXIT_CODES_HELP, ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import type { Subcommand } from "./subcommand.ts";
import { SUBCOMMANDS } from "./subcommands.ts";
import { readVersion } from "./version.ts";

/**
 * Runs `tensorheap` with these arguments.
 *
 * @returns the exit code; it never throws
 */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  const calls: (() => Promise<ExitCode>)[] = [];
  const program = makeProgram(io, (call) => calls.push(call));
  try {
    if (args.length === 0) {
      io.stderr.write(program.helpInformation());
      return ExitCode.USAGE;
    }
    await program.parseAsync([...args], { from: "user" });
    for (const call of calls) return await call();
    return ExitCode.OK;
  } catch (error) {
    return explain(error, io);
  }
}

function makeProgram(io: Io, onCall: (call: () => Promise<ExitCode>) => void): Command {
  const program = new Command("tensorheap")
    .description("Memory for inference: plans it, measures it, shows it.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Printed by `explain`, as one line.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText("after", `\n${EXIT_CODES_HELP}\n\nExamples: tensorheap <command> --help`);
  for (const entry of SUBCOMMANDS) {
    if (!("subcommands" in entry)) addSubcommand(program, entry, io, onCall);
    else {
      const examples = entry.subcommands.flatMap(({ examples }) => examples.slice(0, 1));
      const group = program
        .command(entry.name)
        .summary(entry.summary)
        .description(entry.description)
        .addHelpText("after", afterHelp(examples));
      for (const subcommand of entry.subcommands) addSubcommand(group, subcommand, io, onCall);
    }
  }
  return program;
}

function addSubcommand(
  parent: Command,
  subcommand: Subcommand<never>,
  io: Io,
  onCall: (call: () => Promise<ExitCode>) => void,
): void {
  const { name, summary, description, examples } = subcommand;
  const command = parent
    .command(name)
    .summary(summary)
    .description(description ?? summary)
    .addHelpText("after", afterHelp(examples));
  subcommand.declare(command);
  command.action(() => {
    const operands = (command.processedArgs as (string | string[] | undefined)[]).flat();
    onCall(() => subcommand.run({ io, operands, options: command.opts<never>() }));
  });
}

function afterHelp(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}\n${EXIT_CODES_HELP}`;
}

/** Prints the one line that an error comes to. */
function explain(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version were asked for.
    if (error.exitCode === 0) return ExitCode.OK;
    // `tensorheap help` of nothing that there is prints the help on stderr.
    if (error.code === "commander.help") return ExitCode.USAGE;
    io.stderr.write(`tensorheap: ${usageMessage(error.message)}\n`);
    return ExitCode.USAGE;
  }
  const message = error instanceof Error ? error.message : String(error);
  const isKnown = error instanceof TensorHeapError;
  io.stderr.write(`tensorheap: ${isKnown ? "" : "internal error: "}${oneLine(message)}\n`);
  return error instanceof CliError ? error.exitCode : ExitCode.NO;
}

/** As commander says it, "error: unknown option '--x'\n(Did you mean --y?)", with what to do. */
function usageMessage(message: string): string {
  const line = oneLine(message)
    .replace(/^error: /, "")
    .replace(/\.$/, "");
  return `${line}. See: tensorheap --help`;
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, " ").trim());
}
