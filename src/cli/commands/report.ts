import { basename } from "node:path";
import type { Command } from "commander";
import { formatBytes, formatCount, plural } from "../../report/format/units.ts";
import type { ReportModel } from "../../report/index.ts";
import type { Trace } from "../../trace/read-trace.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { nameOf, refuseOverInput, writeText } from "../files.ts";
import type { Io } from "../io.ts";
import { writeJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { reportJson } from "../report-json.ts";
import type { Call, Subcommand } from "../subcommand.ts";
import { DAMAGE_HELP, TRACE_ARGUMENT_HELP, describeProblems, readTraceFile } from "../trace-file.ts";

/** From about so many events on, the analysis takes a second or more. */
const MANY_EVENTS = 200_000;
const STEP_EVENTS = 16_384;
/** Problems that the report itself names. */
const MOST_NOTES = 5;

interface Options {
  readonly output?: string;
  readonly title?: string;
  readonly json?: boolean;
}

/** `tensorheap report trace.jsonl`: where every byte went, as text or as a page. */
export const report: Subcommand<Options> = {
  name: "report",
  summary: "show where every byte of a trace went, as text or as a page",
  description:
    "Shows what a program did with memory: how much was alive over time, what a heap and the best plan take for it, who " +
    "held most at the peak, what was never freed, and who held locks. Without -o it is text, as wide as the terminal, and " +
    "coloured only on a terminal, unless NO_COLOR is set. With -o it is one HTML page that needs nothing else. " +
    DAMAGE_HELP,
  examples: [
    "tensorheap report trace.jsonl",
    "tensorheap report trace.jsonl.gz -o report.html",
    'tensorheap report trace.jsonl -o report.html --title "Detector, 640 × 640"',
    "tensorheap report trace.jsonl --json | jq .leaks",
  ],
  declare(command: Command): void {
    command
      .argument("<trace>", TRACE_ARGUMENT_HELP)
      .option("-o, --output <report.html>", 'write an HTML page; "-" is stdout')
      .option("--title <title>", "heading of the page (default: the name of the trace)")
      .option("--json", "print the sums and tables as JSON");
  },
  run,
};

async function run({ io, operands, options }: Call<Options>): Promise<ExitCode> {
  const path = operands[0]!;
  const { output, json = false, title = path === "-" ? "Memory report" : basename(path) } = options;
  if (output === "-" && json) throw new CliError("--json and -o - both print on stdout. Give -o a file.");
  if (options.title !== undefined && output === undefined)
    throw new CliError("--title is of the page. Give -o a file, too.");
  await refuseOverInput(path, output);
  const trace = await readTraceFile(path, io);
  const model = await analyse(trace, io);
  if (output !== undefined) {
    const { renderHtml } = await import("../../report/index.ts");
    const page = renderHtml(model, { title, subtitle: subtitleOf(trace) });
    await writeText(output, page, io);
    if (output !== "-" && !json) io.stdout.write(`${describePage(output, page, model)}\n`);
  }
  if (json) writeJson(io.stdout, reportJson(nameOf(path), model));
  else if (output === undefined) {
    const { renderText } = await import("../../report/index.ts");
    io.stdout.write(renderText(model, { width: io.stdout.columns ?? 80, colour: io.stdout.hasColors?.() ?? false }));
  }
  return ExitCode.OK;
}

async function analyse({ events, problems }: Trace, io: Io): Promise<ReportModel> {
  const { analyseTrace } = await import("../../report/index.ts");
  const progress = new Progress(io.stderr, 2 * events.length);
  const text = `analysing ${formatCount(events.length)} events`;
  if (events.length >= MANY_EVENTS) progress.announce(0, text);

  function* counted(): Generator<(typeof events)[number]> {
    for (let index = 0; index < events.length; index++) {
      if (index % STEP_EVENTS === 0) progress.update(index, text);
      yield events[index]!;
    }
    // What follows gives no word until it is done.
    if (events.length >= MANY_EVENTS) progress.announce(events.length, `${text}: replaying and planning`);
  }

  try {
    return await analyseTrace(counted(), { notes: describeProblems(problems, MOST_NOTES) });
  } finally {
    progress.stop();
  }
}

/** When and by what the trace was recorded, as far as it says so. */
function subtitleOf({ header }: Trace): string {
  const { producer, startedAt } = header ?? {};
  const isDate = typeof startedAt === "string" && !Number.isNaN(Date.parse(startedAt));
  const date = isDate ? `${new Date(startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC` : "";
  const by = typeof producer === "string" && producer !== "" ? `by ${producer}` : "";
  return date === "" && by === "" ? "" : ["Recorded", date, by].filter((part) => part !== "").join(" ");
}

function describePage(output: string, page: string, { counts, peak, leaks }: ReportModel): string {
  const leaked = leaks.count === 0 ? "nothing" : `${formatBytes(leaks.bytes)} in ${plural(leaks.count, "block")}`;
  return (
    `${output}: ${formatBytes(Buffer.byteLength(page))}, opens in a browser. ` +
    `${formatCount(counts.events)} events, peak ${formatBytes(peak.bytes)}, never freed: ${leaked}.`
  );
}
