import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { DIMS, FRAMES } from "../frames/measure-frames.ts";
import type { FramesMeasurement } from "../frames/measure-frames.ts";
import { FRESH, WAYS } from "../frames/ways.ts";
import type { Way } from "../frames/ways.ts";
import { formatBytes, formatCount, formatFactor } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { runProcess } from "../lib/run-process.ts";
import { median, percentile, summarize } from "../lib/statistics.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";

const CELL = fileURLToPath(new URL("../frames/cell.ts", import.meta.url));

const CAVEATS = `\
Each row is a process of its own: ${FRAMES} frames of ${DIMS.join("×")}, U8 HWC to FP32 NCHW, by the same loop. ms: all frames,
the median over rounds; ${FRESH} ÷: its ms over this row's. Frame times, collections and faults are
medians over rounds, peak RSS the highest; "over start" leaves out what the process held before the first frame.
Where the loop itself takes most of the time, no memory makes it much faster; look at the tail, the faults and the RSS.`;

/** Memory of a video pipeline: fresh arrays, or blobs. */
export const frames: Suite = {
  name: "frames",
  describe: `peak RSS, page faults and frame times of ${FRAMES} preprocessed frames: fresh arrays, or blobs`,
  run,
};

interface WayResult {
  readonly way: string;
  readonly rounds: FramesMeasurement[];
}

async function run(options: BenchOptions): Promise<number> {
  const ways = WAYS.filter(({ id }) => id.toLowerCase().includes(options.filter.toLowerCase()));
  if (ways.length === 0) {
    console.error(`No row's name contains "${options.filter}". They are: ${WAYS.map(({ id }) => id).join(", ")}.`);
    return 2;
  }
  const results = ways.map(({ id }): WayResult => ({ way: id, rounds: [] }));
  for (let round = 0; round < options.rounds; round++) {
    for (const { way, rounds } of results) {
      const output = await runProcess(process.execPath, ["--expose-gc", "--import", "tsx", CELL, way]);
      rounds.push(JSON.parse(output) as FramesMeasurement);
    }
  }
  if (options.json) {
    console.log(JSON.stringify({ suite: frames.name, machine: readMachine(), options, ways: results }, null, 2));
  } else {
    console.log([framesTable(results), CAVEATS, notes(ways)].join("\n\n"));
  }
  return 0;
}

function framesTable(results: readonly WayResult[]): string {
  const head = ["memory", "ms", "min–max", "fresh ÷", "frame ms", "p99", "GCs", "faults", "peak RSS", "over start"];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  const freshRounds = results.find(({ way }) => way === FRESH)?.rounds;
  const freshMs = freshRounds === undefined ? null : median(freshRounds.map(({ ms }) => ms));
  for (const { way, rounds } of results) {
    const total = summarize(rounds.map(({ ms }) => ms));
    const over = (numberOf: (round: FramesMeasurement) => number): number => median(rounds.map(numberOf));
    const peak = Math.max(...rounds.map((round) => round.peakRssBytes));
    table.push([
      way,
      formatCount(total.median),
      `${formatCount(total.min)}–${formatCount(total.max)}`,
      freshMs === null ? "–" : formatFactor(freshMs / total.median),
      over(({ frameMs }) => median(frameMs)).toFixed(2),
      over(({ frameMs }) => percentile(frameMs, 0.99)).toFixed(2),
      formatCount(over(({ collections }) => collections)),
      formatCount(over(({ minorFaults }) => minorFaults)),
      formatBytes(peak),
      formatBytes(Math.max(...rounds.map((round) => round.peakRssBytes - round.baseRssBytes))),
    ]);
  }
  return table.toString();
}

function notes(ways: readonly Way[]): string {
  return ways.map(({ id, note }) => `  ${id}: ${note}.`).join("\n");
}
