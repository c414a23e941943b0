import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import type { CopyMeasurement, CopyRequest } from "../copy-cell.ts";
import { formatBytes } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { Progress } from "../lib/progress.ts";
import { runProcess } from "../lib/run-process.ts";
import { summarize } from "../lib/statistics.ts";
import type { Summary } from "../lib/statistics.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";
import { COPIES } from "../workloads/copies.ts";

const NORMAL = { targetMs: 400, warmUpMs: 250 };
const QUICK = { targetMs: 150, warmUpMs: 100 };

const CAVEATS = `\
ms per image of 1×3×1080×1920 elements, all of it in memory that was touched before; medians over rounds, each in a process
of its own, the two ways in turn, and in each the median of single calls. "hand ÷ ours" is the loop's time over
tensorheap's: 1 is as fast, 2 is twice as fast. By hand is one loop over plain typed arrays, written for one case
(bench/workloads/copy-by-hand.ts); the normalisation multiplies and adds, where the formula divides. tensorheap's time has
the maps and all checks in it. U8 → FP32 by hand is the loop that people write; TypedArray.set, which tensorheap uses
there, is open to them too. Every cell compares the two results. On a shared or virtual machine one cell varies by 1.5 to 2
times from round to round; only larger differences mean something.`;

/** Copies and conversions against loops written for one case. */
export const copy: Suite = {
  name: "copy",
  describe: "copies between layouts, crops, conversions and normalisation, against loops written by hand",
  run,
};

type Way = CopyRequest["way"];
const WAYS: readonly Way[] = ["tensorheap", "by hand"];

/** One copy in both ways, over all rounds; a time is in ms. */
interface Row {
  readonly copy: string;
  readonly times: Record<Way, number[]>;
  /** The first one; there are no more measurements after it. */
  error: string | null;
}

async function run(options: BenchOptions): Promise<number> {
  const filter = options.filter.toLowerCase();
  const rows = COPIES.filter(({ id }) => id.toLowerCase().includes(filter)).map(({ id }) => newRow(id));
  if (rows.length === 0) {
    console.error(`No copy's name contains "${options.filter}". A name is like "${COPIES[0]!.id}".`);
    return 2;
  }
  const timing = options.quick ? QUICK : NORMAL;
  await measureRows(rows, options.rounds, timing);
  if (options.json) {
    console.log(
      JSON.stringify({ suite: copy.name, machine: readMachine(), options: { ...options, ...timing }, rows }, null, 2),
    );
  } else {
    console.log(formatReport(rows, options.rounds));
  }
  return rows.some(({ error }) => error !== null) ? 1 : 0;
}

function newRow(id: string): Row {
  return { copy: id, times: { tensorheap: [], "by hand": [] }, error: null };
}

/** Every row once per round, so that a slow minute of the machine meets all of them. */
async function measureRows(rows: readonly Row[], rounds: number, timing: typeof NORMAL): Promise<void> {
  const progress = new Progress();
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      progress.show(++done, rounds * rows.length, `round ${round} of ${rounds}, ${row.copy}`);
      if (row.error === null) await measureRow(row, timing);
    }
  }
  progress.clear();
}

async function measureRow(row: Row, timing: typeof NORMAL): Promise<void> {
  try {
    for (const way of WAYS) row.times[way].push((await runCopyCell({ copy: row.copy, way, ...timing })).ms);
  } catch (error) {
    row.error = error instanceof Error ? error.message : String(error);
  }
}

async function runCopyCell(request: CopyRequest): Promise<CopyMeasurement> {
  const cell = fileURLToPath(new URL("../copy-cell.ts", import.meta.url));
  return JSON.parse(await runProcess(process.execPath, ["--import", "tsx", cell, JSON.stringify(request)]));
}

function formatReport(rows: readonly Row[], rounds: number): string {
  const { cpu, cores, memoryBytes, os, node, v8 } = readMachine();
  const table = new Table({
    head: ["copy", "tensorheap, ms", "min–max", "by hand, ms", "min–max", "hand ÷ ours"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { copy: id, times, error } of rows) {
    if (error !== null) {
      table.push([id, "failed", "", "", "", ""]);
      continue;
    }
    const [ours, hand] = [summarize(times.tensorheap), summarize(times["by hand"])];
    table.push([id, ...formatTimes(ours), ...formatTimes(hand), (hand.median / ours.median).toFixed(2)]);
  }
  const sections = [
    `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}, ${os}, Node ${node} (V8 ${v8}); rounds: ${rounds}`,
    table.toString(),
  ];
  const failed = rows.filter(({ error }) => error !== null);
  if (failed.length > 0) {
    sections.push(["Failed:", ...failed.map((row) => `  ${row.copy}: ${row.error}`)].join("\n"));
  }
  return [...sections, CAVEATS].join("\n\n");
}

function formatTimes({ median, min, max }: Summary): [string, string] {
  return [median.toFixed(2), `${min.toFixed(2)}–${max.toFixed(2)}`];
}
