import type { Command } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** One call of a subcommand, its command line read. */
export interface Call<Options> {
  readonly io: Io;
  /** The arguments in their order; optional ones that were left out are undefined, repeated ones follow each other. */
  readonly operands: readonly (string | undefined)[];
  readonly options: Options;
}

/**
 * A subcommand: a file in commands/, and its name in subcommands.ts. What it needs that takes long to load, it imports when
 * it runs.
 */
export interface Subcommand<Options extends object = Record<string, unknown>> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, printed above the options. Default: the summary. */
  readonly description?: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** Adds arguments and options; `--help`, the examples and the exit codes are there already. */
  declare(command: Command): void;
  /**
   * Does the work. What it throws is printed as one line.
   *
   * @returns the exit code
   */
  run(call: Call<Options>): Promise<ExitCode>;
}

/** A command of commands: `tensorheap trace validate`. */
export interface SubcommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly subcommands: readonly Subcommand<never>[];
}
