import { info } from "./commands/info.ts";
import { plan } from "./commands/plan.ts";
import { replay } from "./commands/replay.ts";
import { report } from "./commands/report.ts";
import { run } from "./commands/run.ts";
import { traceDiff } from "./commands/trace-diff.ts";
import { traceSnapshot } from "./commands/trace-snapshot.ts";
import { traceValidate } from "./commands/trace-validate.ts";
import type { Subcommand, SubcommandGroup } from "./subcommand.ts";

const trace: SubcommandGroup = {
  name: "trace",
  summary: "check a trace, look at one moment of it, compare two",
  description: "Checks traces, shows one moment of a trace, compares two.",
  subcommands: [traceValidate, traceSnapshot, traceDiff],
};

/** Every command, in the order of `tensorheap --help`. A new one is a file in commands/ and its name here. */
export const SUBCOMMANDS: readonly (Subcommand<never> | SubcommandGroup)[] = [run, report, replay, trace, plan, info];
