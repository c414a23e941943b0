import type { Mode } from "./modes.ts";

/** How a suite is to be run, from the command line. */
export interface BenchOptions {
  /** How often each cell is measured. */
  readonly rounds: number;
  /** Only cells whose name contains this, ignoring case. */
  readonly filter: string;
  /** Every cell that the suite has, also those that it leaves out when nobody asks for any. */
  readonly all: boolean;
  /** Only peers whose name contains one of these, ignoring case; all of them when it is empty. */
  readonly peers: readonly string[];
  /** What is done with each block, where the suite knows modes. */
  readonly modes: readonly Mode[];
  /** Where to write a chart, for suites that draw one. */
  readonly chart: string | undefined;
  /** Shorter cells, for a first look. */
  readonly quick: boolean;
  /** Print JSON in place of tables. */
  readonly json: boolean;
}

/** One benchmark of `npm run bench -- <name>`. */
export interface Suite {
  readonly name: string;
  /** One line for `--help`. */
  readonly describe: string;
  /** Prints its result to stdout. @returns the exit code: 1 when a cell failed */
  run(options: BenchOptions): Promise<number>;
}
