import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import Table from "cli-table3";
import { build } from "esbuild";
import type { AdaptorCell } from "../adaptors/cell.ts";
import type { RowMeasurement } from "../adaptors/measure-row.ts";
import { ROWS } from "../adaptors/rows.ts";
import type { Row } from "../adaptors/rows.ts";
import { formatNs, formatRange } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { Progress } from "../lib/progress.ts";
import { runProcess } from "../lib/run-process.ts";
import { median, summarize } from "../lib/statistics.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";

const CELL = fileURLToPath(new URL("../adaptors/cell.ts", import.meta.url));
const WORKLOADS = ["4 KiB", "random, 1,000", "det640"];
const HEAP = ROWS[0]!.id;

const CAVEATS = `\
ns are per alloc and its free through the adaptor, the loop included: the median pass of a process, and its median over
rounds. "over heap" is the least of all rounds less the heap's least: what the adaptor adds, with the machine's other work
left out as far as that goes. p99 pass: what 99 of 100 passes stay within. GCs are per million pairs.`;

/** What each adaptor costs over the bare heap. */
export const adaptors: Suite = {
  name: "adaptors",
  describe: "alloc and free through each adaptor, over the bare heap",
  run,
};

interface Cell {
  readonly workload: string;
  readonly row: Row;
  readonly rounds: RowMeasurement[];
}

async function run(options: BenchOptions): Promise<number> {
  const wanted = (id: string): boolean =>
    options.peers.length === 0 || options.peers.some((part) => id.toLowerCase().includes(part.toLowerCase()));
  const rows = ROWS.filter(({ id }) => id === HEAP || wanted(id));
  const workloads = WORKLOADS.filter((id) => id.toLowerCase().includes(options.filter.toLowerCase()));
  if (workloads.length === 0 || rows.length === 1) {
    console.error(
      `No cell. The workloads are ${WORKLOADS.join("; ")}; the rows are ${ROWS.map(({ id }) => id).join("; ")}.`,
    );
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), "tensorheap-bench-"));
  try {
    const cells = workloads.flatMap((workload) => rows.map((row): Cell => ({ workload, row, rounds: [] })));
    await measureCells(cells, options, await bundleRows(folder));
    if (options.json) {
      const results = cells.map(({ workload, row: { id }, rounds }) => ({ workload, row: id, rounds }));
      console.log(JSON.stringify({ suite: adaptors.name, machine: readMachine(), options, cells: results }, null, 2));
    } else {
      const tables = workloads.map((id) =>
        tableOf(
          id,
          cells.filter(({ workload }) => workload === id),
        ),
      );
      console.log([...tables, CAVEATS, rows.map(({ id, note }) => `  ${id}: ${note}.`).join("\n")].join("\n\n"));
    }
    return 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes the rows into one file, with imported constants as numbers, as scripts/build.mjs does. @returns its URL */
async function bundleRows(folder: string): Promise<string> {
  const outfile = join(folder, "rows.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../adaptors/rows.ts", import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "node",
    minifySyntax: true,
    logLevel: "warning",
  });
  return pathToFileURL(outfile).href;
}

async function measureCells(cells: readonly Cell[], options: BenchOptions, bundle: string): Promise<void> {
  const targetMs = options.quick ? 100 : 250;
  const progress = new Progress();
  let done = 0;
  for (let round = 0; round < options.rounds; round++) {
    for (const { workload, row, rounds } of cells) {
      progress.show(++done, cells.length * options.rounds, `${workload}: ${row.id}`);
      const request: AdaptorCell = { workload, row: row.id, bundle, targetMs };
      const args = ["--expose-gc", "--import", "tsx", CELL, JSON.stringify(request)];
      rounds.push(JSON.parse(await runProcess(process.execPath, args)) as RowMeasurement);
    }
  }
  progress.clear();
}

function tableOf(workload: string, cells: readonly Cell[]): string {
  const head = [workload, "ns", "min–max", "over heap", "p99 pass", "GCs"];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  const times = (cell: Cell): number[] => cell.rounds.map(({ ns }) => ns);
  const least = Math.min(...times(cells[0]!));
  for (const cell of cells) {
    const ns = summarize(times(cell));
    const collections = median(cell.rounds.map((round) => ((round.collections ?? 0) / round.pairs) * 1e6));
    const p99 = median(cell.rounds.map(({ p99PassNs }) => p99PassNs));
    table.push([
      cell.row.id,
      formatNs(ns.median),
      formatRange(ns),
      cell.row.id === HEAP ? "–" : formatNs(ns.min - least),
      formatNs(p99),
      collections.toFixed(1),
    ]);
  }
  return table.toString();
}
