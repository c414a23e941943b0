import { parseArgs } from "node:util";
import type { BenchOptions } from "./suite.ts";

/** What the command line asks for. */
export interface CommandLine extends BenchOptions {
  /** The suite's name; `undefined` for the default one. */
  readonly suite: string | undefined;
  readonly help: boolean;
}

/** Reads the arguments after the script's name. @throws {Error} with what was wrong and what to do */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      filter: { type: "string", default: "" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (positionals.length > 1) {
    throw new Error(`One suite at a time, not ${positionals.join(", ")}. Name one, or none for the default.`);
  }
  const rounds = values.rounds ?? (values.quick ? "1" : "5");
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new Error(`--rounds takes an integer from 1 to 9999, not ${JSON.stringify(rounds)}.`);
  }
  return {
    suite: positionals[0],
    rounds: Number(rounds),
    filter: values.filter,
    quick: values.quick,
    json: values.json,
    help: values.help,
  };
}
