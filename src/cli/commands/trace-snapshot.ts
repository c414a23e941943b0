import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { formatBytes, formatCount, formatTime, plural } from "../../report/format/units.ts";
import type { TraceBlock } from "../../trace/live-blocks.ts";
import { findPeak } from "../../trace/peak.ts";
import type { Trace } from "../../trace/read-trace.ts";
import { snapshot } from "../../trace/snapshot.ts";
import type { SnapshotGroup, TraceMoment, TraceSnapshot } from "../../trace/snapshot.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf } from "../files.ts";
import { formatPairs, writeJson } from "../output.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import { formatNames } from "../name-table.ts";
import { DAMAGE_HELP, TRACE_ARGUMENT_HELP, readTraceFile } from "../trace-file.ts";

const DEFAULT_TOP = 20;

/** An event by its place, milliseconds since the first event, or a name. */
type At = { readonly event: number } | { readonly ms: number } | "peak" | "end";

interface Options {
  readonly at?: At;
  readonly top?: number;
  readonly json?: boolean;
}

/** `tensorheap trace snapshot trace.jsonl --at peak`: what is alive at one moment. */
export const traceSnapshot: Subcommand<Options> = {
  name: "snapshot",
  summary: "show what is alive at one moment of a trace",
  description:
    "Shows what is alive at one moment: by label, by phase, and the largest blocks. A moment is right after an event, counted " +
    "from 0 as in the report; milliseconds after the first event; the peak, when most bytes are alive; or the end, when " +
    "what is alive was never freed. " +
    DAMAGE_HELP,
  examples: [
    "tensorheap trace snapshot trace.jsonl --at peak",
    "tensorheap trace snapshot trace.jsonl --at 12.5ms",
    "tensorheap trace snapshot trace.jsonl --at 1048 --top 100",
    "tensorheap trace snapshot trace.jsonl --json             # every block that was never freed",
  ],
  declare(command: Command): void {
    command
      .argument("<trace>", TRACE_ARGUMENT_HELP)
      .option(
        "--at <moment>",
        "an event such as 1048, a time such as 12.5ms or 2s, peak or end (default: end)",
        parseAt,
      )
      .option("--top <n>", `blocks, labels and phases to show, largest first (default: ${DEFAULT_TOP})`, parseCount)
      .option("--json", "print all of it as JSON");
  },
  async run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
    const path = operands[0]!;
    const trace = await readTraceFile(path, io);
    const at = options.at ?? "end";
    const found = snapshot(trace, momentOf(at, trace));
    if (options.json === true) writeJson(io.stdout, { file: nameOf(path), ...found });
    else {
      const text = describeSnapshot(at, found, trace, options.top ?? DEFAULT_TOP, io.stdout.columns ?? 100);
      io.stdout.write(`${text}\n`);
    }
    return ExitCode.OK;
  },
};

function parseAt(text: string): At {
  const word = text.trim().toLowerCase();
  if (word === "peak" || word === "end") return word;
  if (/^\d+$/.test(word)) return { event: Number(word) };
  const [, ms, unit] = /^(\d+(?:\.\d+)?) ?(ms|s)$/.exec(word) ?? [];
  if (ms !== undefined) return { ms: Number(ms) * (unit === "s" ? 1000 : 1) };
  throw new InvalidArgumentError("Give an event such as 1048, a time such as 12.5ms or 2s, peak or end.");
}

function parseCount(text: string): number {
  if (/^\s*\d+\s*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 0.");
}

function momentOf(at: At, { events }: Trace): TraceMoment {
  if (at === "peak") return { events: findPeak(events).events };
  if (at === "end") return "end";
  return "ms" in at ? { time: (events[0]?.t ?? 0) + at.ms } : { events: at.event + 1 };
}

function describeSnapshot(at: At, found: TraceSnapshot, { events }: Trace, top: number, width: number): string {
  const { blocks, byLabel, byPhase, phase, liveBytes, liveCount, lockedCount, t } = found;
  const ms = t === undefined ? "" : `, ${formatTime(t - events[0]!.t)}`;
  const name = typeof at === "string" ? `${at}, ` : "";
  const moment = found.events === 0 ? "before the first event" : `after event ${formatCount(found.events - 1)}`;
  const pairs: [string, string][] = [
    ["moment", `${name}${moment} of ${formatCount(events.length)}${ms}`],
    ["live", `${formatBytes(liveBytes)} in ${plural(liveCount, "block")}`],
    ["locked", plural(lockedCount, "block")],
  ];
  if (phase !== undefined) pairs.push(["phase", JSON.stringify(phase).slice(1, -1)]);
  const now = t ?? 0;
  const shown = blocks.toSorted((a, b) => b.size - a.size).slice(0, top);
  return [
    formatPairs(pairs),
    ...groups("label", byLabel, liveBytes, top, width),
    ...groups("phase", byPhase, liveBytes, top, width),
    ...(shown.length === 0 ? [] : [blockTable(shown, now, width)]),
    ...more(blocks.length - shown.length),
  ].join("\n");
}

function groups(by: string, groups: readonly SnapshotGroup[], liveBytes: number, top: number, width: number): string[] {
  if (groups.every(({ name }) => name === "")) return [];
  const shown = groups.slice(0, top);
  const rows = shown.map(({ name, bytes, count }) => [
    name === "" ? `(no ${by})` : name,
    formatBytes(bytes),
    `${((100 * bytes) / Math.max(1, liveBytes)).toFixed(1)} %`,
    formatCount(count),
  ]);
  const table = rows.length === 0 ? [] : [`\n${formatNames([by, "live", "share", "blocks"], rows, [0], width)}`];
  return [...table, ...more(groups.length - shown.length)];
}

function more(left: number): string[] {
  return left > 0 ? [`and ${formatCount(left)} more, --json has all`] : [];
}

function blockTable(blocks: readonly TraceBlock[], now: number, width: number): string {
  const rows = blocks.map(({ id, size, t, locks, label = "", phase = "", site = "" }) => [
    String(id),
    formatBytes(size),
    formatTime(now - t),
    locks === 0 ? "" : String(locks),
    label,
    phase,
    site,
  ]);
  return `\n${formatNames(["id", "size", "age", "locks", "label", "phase", "call site"], rows, [4, 5, 6], width)}`;
}
