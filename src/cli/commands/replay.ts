import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { formatBytes, formatCount, plural } from "../../report/format/units.ts";
import type { TargetResult } from "../replay/compare-targets.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf } from "../files.ts";
import { parseBytes } from "../option-values.ts";
import { formatPairs, formatTable, writeJson } from "../output.ts";
import { Progress } from "../progress.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import { DAMAGE_HELP, TRACE_ARGUMENT_HELP, readTraceFile } from "../trace-file.ts";

const DEFAULT_TARGETS = "heap,planned,system";
const DEFAULT_RUNS = 9;
const MANY_ALLOCS = 20_000;

interface Options {
  readonly on?: string;
  readonly runs?: number;
  readonly limit?: number;
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** `tensorheap replay trace.jsonl`: the same calls on several allocators. */
export const replay: Subcommand<Options> = {
  name: "replay",
  summary: "replay a trace on several allocators, side by side",
  description:
    "Makes the allocations and frees of a trace on each allocator: what it takes for them, how long one takes, what it " +
    "refuses. The allocators are heap (HeapAllocator), planned (PlannedAllocator over a heap, its run recorded and planned " +
    "before it is counted), system (a fresh array per block), and around a heap statistics, tracking (one block in 1000) " +
    "and guard. What the trace leaves alive is freed at the end of a run. The answer is no, exit code 1, when something is " +
    "refused, or a block lost its contents. " +
    DAMAGE_HELP,
  examples: [
    "tensorheap replay trace.jsonl",
    "tensorheap replay trace.jsonl --on heap,guard --verify  # fill each block, and look at it again before it is freed",
    "tensorheap replay trace.jsonl --limit 64MiB             # exit code 1 when it does not fit everywhere",
    "tensorheap replay trace.jsonl --on heap --runs 31 --json",
  ],
  declare(command: Command): void {
    command
      .argument("<trace>", TRACE_ARGUMENT_HELP)
      .option("--on <allocators>", `which, with commas between them (default: ${DEFAULT_TARGETS})`)
      .option(
        "--runs <n>",
        `samples of the time of each, fewer when they take long (default: ${DEFAULT_RUNS})`,
        parseRuns,
      )
      .option(
        "--limit <bytes>",
        "what each may take, such as 64MiB: a heap's regions, live bytes of system",
        parseBytes,
      )
      .option("--verify", "fill each block and look at it again before it is freed")
      .option("--json", "print the result as JSON");
  },
  run,
};

async function run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
  const path = operands[0]!;
  const { limit, runs = DEFAULT_RUNS, verify = false, json = false } = options;
  if (limit === 0) throw new CliError("--limit 0 leaves nothing to allocate. Give some bytes.");
  const [{ compareTargets }, { REPLAY_TARGETS }, { summarise }] = await Promise.all([
    import("../replay/compare-targets.ts"),
    import("../replay/replay-target.ts"),
    import("../../trace/summary.ts"),
  ]);
  const names = namesOf(options.on ?? DEFAULT_TARGETS, REPLAY_TARGETS);
  const trace = await readTraceFile(path, io);
  const { events, allocs, peakBytes, peakCount } = summarise(trace);
  const progress = new Progress(io.stderr, 1);
  const onProgress = (done: number, text: string): void => progress.update(done, text);
  let results: TargetResult[];
  try {
    // One pass over so many fresh arrays takes seconds.
    if (allocs >= MANY_ALLOCS) progress.announce(0, `${names[0]}: counting`);
    results = await compareTargets(trace.events, names, { limit, verify, runs, onProgress });
  } finally {
    progress.stop();
  }
  const summary = { file: nameOf(path), events, allocs, peakBytes, peakCount, limit: limit ?? null };
  if (json) writeJson(io.stdout, { ...summary, allocators: results });
  else io.stdout.write(`${describeTrace(summary)}\n${tableOf(results, verify)}\n${caveats(results)}`);
  return results.some(({ refusals, damagedBlocks }) => refusals > 0 || (damagedBlocks ?? 0) > 0)
    ? ExitCode.NO
    : ExitCode.OK;
}

function parseRuns(text: string): number {
  const runs = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  if (runs < 1 || runs > 10_000) throw new InvalidArgumentError("Give a whole number from 1 to 10000.");
  return runs;
}

function namesOf(list: string, known: readonly string[]): string[] {
  const names = [...new Set(list.split(",").map((name) => name.trim()))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new CliError(`--on does not know "${unknown}". Choose from ${known.join(", ")}.`);
}

interface Summary {
  readonly file: string;
  readonly events: number;
  readonly allocs: number;
  readonly peakBytes: number;
  readonly peakCount: number;
  readonly limit: number | null;
}

function describeTrace({ file, events, allocs, peakBytes, peakCount, limit }: Summary): string {
  const pairs: [string, string][] = [
    ["trace", `${file}, ${formatCount(events)} events, ${formatCount(allocs)} allocations`],
    ["peak live", `${formatBytes(peakBytes)} in ${plural(peakCount, "block")}`],
  ];
  if (limit !== null) pairs.push(["limit", formatBytes(limit)]);
  return formatPairs(pairs);
}

function tableOf(results: readonly TargetResult[], verify: boolean): string {
  const head = ["allocator", "footprint", "÷ peak", "ns per pair", "spread", "refusals"];
  const rows = results.map((result) => {
    const { footprintBytes, footprintOverPeak, nsPerPair, fastestNs, slowestNs, refusals, damagedBlocks } = result;
    const row = [
      result.allocator,
      footprintBytes === null ? "–" : formatBytes(footprintBytes),
      footprintOverPeak === null ? "–" : footprintOverPeak.toFixed(3),
      nsPerPair === null ? "–" : formatNs(nsPerPair),
      fastestNs === null ? "–" : `${formatNs(fastestNs)} – ${formatNs(slowestNs!)}`,
      refusals === 0 ? "0" : `${formatCount(refusals)}, up to ${formatBytes(result.largestRefusedBytes)}`,
    ];
    return verify ? [...row, damagedBlocks === 0 ? "all kept" : `${formatCount(damagedBlocks!)} damaged`] : row;
  });
  return formatTable(verify ? [...head, "contents"] : head, rows);
}

function formatNs(ns: number): string {
  return ns < 100 ? ns.toFixed(1) : formatCount(Math.round(ns));
}

function caveats(results: readonly TargetResult[]): string {
  const samples = results.map(({ samples }) => samples);
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  const lines = [
    "A pair is an allocation and its free. Times are medians, and the span, of",
    `${least === most ? most : `${least} to ${most}`} ${most === 1 ? "sample" : "samples"}, warmed up, by turns in one process, the replaying loop included;`,
    "no byte is written and no lock is taken. They tell allocators apart, not",
    "programs: run it twice on a quiet machine.",
  ];
  const planned = results.find(({ isPlanned }) => isPlanned !== null);
  if (planned?.isPlanned === true) {
    lines.push(
      "planned: has seen the run before and replays its plan, which is less work than",
      "a general allocator does.",
    );
  } else if (planned !== undefined) {
    lines.push(
      "planned: there was no plan, since the run is longer than it records, or",
      "something was refused; all came from its heap.",
    );
  }
  if (results.some(({ footprintBytes }) => footprintBytes === null)) {
    lines.push("system: zeroes each block and leaves it to the collector; what it takes depends", "on when that runs.");
  }
  if (results.some(({ refusals }) => refusals > 0)) {
    lines.push("Where something was refused, the trace went on without it, and times include it.");
  }
  return `${lines.join("\n")}\n`;
}
