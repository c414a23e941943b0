import type { Command } from "commander";
import { formatBytes, plural } from "../../report/format/units.ts";
import { ExitCode } from "../exit-code.ts";
import { readCapabilities } from "../capabilities.ts";
import type { Capabilities } from "../capabilities.ts";
import { formatPairs, writeJson } from "../output.ts";
import type { Call, Subcommand } from "../subcommand.ts";

interface Options {
  readonly json?: boolean;
}

/** `tensorheap info`: what this machine and runtime can do. */
export const info: Subcommand<Options> = {
  name: "info",
  summary: "what this machine and runtime can do",
  description:
    "What this machine and runtime can do, as far as it matters for tensors: memory, the largest region, features of the " +
    "language, and the optional packages that engines need. A good thing to put into a bug report.",
  examples: ["tensorheap info", "tensorheap info --json"],
  declare(command: Command): void {
    command.option("--json", "print it as JSON");
  },
  run({ io, options }: Call<Options>): Promise<ExitCode> {
    const found = readCapabilities();
    if (options.json === true) writeJson(io.stdout, found);
    else io.stdout.write(`${formatPairs(pairsOf(found))}\n`);
    return Promise.resolve(ExitCode.OK);
  },
};

function pairsOf(found: Capabilities): [string, string][] {
  const { machine, memory, features, packages } = found;
  return [
    ["tensorheap", found.tensorheap],
    ["runtime", `Node ${found.runtime.node}, V8 ${found.runtime.v8}`],
    ["machine", `${machine.platform} ${machine.arch} ${machine.release}`],
    ["processor", `${machine.cpu}, ${plural(machine.cores, "core")}`],
    ["memory", `${formatBytes(memory.totalBytes)}, ${formatBytes(memory.freeBytes)} free`],
    ["memory limit", memory.limitBytes === null ? "none" : formatBytes(memory.limitBytes)],
    ["JavaScript heap limit", formatBytes(memory.heapLimitBytes)],
    ["page size", memory.pageBytes === null ? "unknown" : formatBytes(memory.pageBytes)],
    ["largest region", formatBytes(memory.largestRegionBytes)],
    ["alignment of a region", alignment(memory.regionAlignment, packages.koffi)],
    ["alignment of an ArrayBuffer", alignment(memory.arrayBufferAlignment, packages.koffi)],
    ["SharedArrayBuffer", yesNo(features.sharedArrayBuffer)],
    ["Float16Array", yesNo(features.float16Array)],
    ["ArrayBuffer.transfer", yesNo(features.arrayBufferTransfer)],
    ["FinalizationRegistry", yesNo(features.finalizationRegistry)],
    ...Object.entries(packages).map(([name, { version, problem }]): [string, string] => [
      name,
      problem === null ? `${version}` : `no: ${problem}`,
    ]),
  ];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

function alignment(bytes: number | null, koffi: Capabilities["packages"]["koffi"]): string {
  if (bytes !== null) return formatBytes(bytes);
  return `unknown${koffi.problem === null ? "" : " without koffi"}`;
}
