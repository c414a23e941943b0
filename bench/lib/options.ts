import { parseArgs } from "node:util";
import { MODES } from "./modes.ts";
import type { Mode } from "./modes.ts";
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
      all: { type: "boolean", default: false },
      peers: { type: "string", default: "" },
      modes: { type: "string", default: "raw" },
      chart: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (positionals.length > 1) {
    throw new Error(`One suite at a time, not ${positionals.join(", ")}. Name one, or none for the default.`);
  }
  const rounds = values.rounds ?? (values.quick ? "1" : "3");
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new Error(`--rounds takes an integer from 1 to 9999, not ${JSON.stringify(rounds)}.`);
  }
  return {
    suite: positionals[0],
    rounds: Number(rounds),
    filter: values.filter,
    all: values.all,
    peers: list(values.peers),
    modes: parseModes(values.modes),
    chart: values.chart,
    quick: values.quick,
    json: values.json,
    help: values.help,
  };
}

/** The parts between commas, without empty ones. */
function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseModes(text: string): Mode[] {
  const known = Object.keys(MODES) as Mode[];
  if (text === "all") return known;
  const wanted = list(text);
  const unknown = wanted.filter((mode) => !known.includes(mode as Mode));
  if (wanted.length === 0 || unknown.length > 0) {
    throw new Error(`--modes takes ${known.join(", ")} or all, not ${JSON.stringify(text)}.`);
  }
  return known.filter((mode) => wanted.includes(mode));
}
