import { info } from "./commands/info.ts";
import { plan } from "./commands/plan.ts";
import type { Subcommand } from "./subcommand.ts";

/** Every command, in the order of `tensorheap --help`. A new one is a file in commands/ and its name here. */
export const SUBCOMMANDS: readonly Subcommand<never>[] = [plan, info];
