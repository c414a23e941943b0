import type { Command } from "commander";
import { formatBytes, formatCount, formatTime } from "../../report/format/units.ts";
import { diff } from "../../trace/diff.ts";
import type { TraceChange, TraceDiff, TraceGroupChange } from "../../trace/diff.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf } from "../files.ts";
import { formatNames } from "../name-table.ts";
import { writeJson } from "../output.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import { DAMAGE_HELP, TRACE_ARGUMENT_HELP, readTraceFile } from "../trace-file.ts";

/** Groups that are shown of each kind. */
const MOST_GROUPS = 10;

interface Options {
  readonly json?: boolean;
}

/** `tensorheap trace diff old.jsonl new.jsonl`: what changed between two recordings. */
export const traceDiff: Subcommand<Options> = {
  name: "diff",
  summary: "show what changed between two traces",
  description:
    "Compares two traces, such as of two versions of a program: what is alive at the peak, what was allocated in all, what is " +
    "left at the end; in all, and by label, phase, call site and size. What changed most at the peak comes first. " +
    DAMAGE_HELP,
  examples: ["tensorheap trace diff old.jsonl new.jsonl", "tensorheap trace diff old.jsonl new.jsonl --json"],
  declare(command: Command): void {
    command
      .argument("<before>", TRACE_ARGUMENT_HELP)
      .argument("<after>", TRACE_ARGUMENT_HELP)
      .option("--json", "print all of it as JSON, differences only");
  },
  async run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
    const [before, after] = [operands[0]!, operands[1]!];
    const old = await readTraceFile(before, io);
    const found = diff(old, await readTraceFile(after, io));
    if (options.json === true) writeJson(io.stdout, { before: nameOf(before), after: nameOf(after), ...found });
    else io.stdout.write(`${describeDiff(found, io.stdout.columns ?? 100)}\n`);
    return ExitCode.OK;
  },
};

function describeDiff(found: TraceDiff, width: number): string {
  const sums = [
    sumRow("peak live", found.peakBytes, formatBytes),
    sumRow("  blocks", found.peakCount, formatCount),
    sumRow("allocated in all", found.totalBytes, formatBytes),
    sumRow("  blocks", found.totalCount, formatCount),
    sumRow("left at the end", found.endBytes, formatBytes),
    sumRow("  blocks", found.endCount, formatCount),
    sumRow("duration", found.durationMs, formatTime),
  ];
  return [
    formatNames(["", "before", "after", "change", "in %"], sums, [0], width),
    ...groups("label", found.byLabel, width),
    ...groups("phase", found.byPhase, width),
    ...groups("call site", found.bySite, width),
    ...groups("size", found.bySize, width),
  ].join("\n");
}

function sumRow(name: string, { before, after, change }: TraceChange, show: (value: number) => string): string[] {
  return [
    name,
    show(before),
    show(after),
    signed(change, show),
    before === 0 || change === 0 ? "" : signed((100 * change) / before, formatPercent),
  ];
}

function groups(by: string, changes: readonly TraceGroupChange[], width: number): string[] {
  if (changes.every(({ name }) => name === "")) return [];
  const shown = changes.slice(0, MOST_GROUPS);
  const rows = shown.map(({ name, peakBytes, totalBytes, totalCount, endBytes }) => [
    nameOfGroup(by, name),
    signed(peakBytes.change, formatBytes),
    signed(totalBytes.change, formatBytes),
    signed(totalCount.change, formatCount),
    signed(endBytes.change, formatBytes),
  ]);
  const left = changes.length - shown.length;
  return [
    `\n${formatNames([`by ${by}`, "at the peak", "in all", "blocks", "at the end"], rows, [0], width)}`,
    ...(left === 0 ? [] : [`and ${formatCount(left)} more, --json has all`]),
  ];
}

function formatPercent(part: number): string {
  return `${part.toFixed(1)} %`;
}

function nameOfGroup(by: string, name: string): string {
  if (by === "size") return formatBytes(Number(name));
  return name === "" ? `(no ${by})` : name;
}

function signed(change: number, show: (value: number) => string): string {
  if (change === 0) return "=";
  return `${change > 0 ? "+" : "−"}${show(Math.abs(change))}`;
}
