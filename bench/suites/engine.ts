import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import type { EngineMeasurement } from "../engine/measure-engine.ts";
import { CASES } from "../engine/models.ts";
import { DEFAULT_WAY, WAYS } from "../engine/ways.ts";
import { formatBytes, formatFactor } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { Progress } from "../lib/progress.ts";
import { runProcess } from "../lib/run-process.ts";
import { median } from "../lib/statistics.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";

const CELL = fileURLToPath(new URL("../engine/cell.ts", import.meta.url));

const CAVEATS = `\
Each cell is a process of its own, all with one thread; rounds go through all cells by turns. ms: median of the medians of the
rounds; ${DEFAULT_WAY} ÷: its ms over this row's. held: what the engine's arena took from the system, or the
footprint of our heap; inputs are in neither, and of weights only what the engine rearranges for speed. A plan's block is
in the heap's footprint, where the recording run was served block by block before: "plan" is the block alone, "bound" the
least that any plan could take. RSS: the highest peak of the process, over what it had before the model was loaded; that includes
the inputs, weights and code, and is what a container is billed for. ${DEFAULT_WAY} returns copies of outputs; the plain
engine does not even look at them.`;

/** Models in the engine's own memory, and in ours. */
export const engine: Suite = {
  name: "engine",
  describe: "time and memory of ONNX models: onnxruntime-node, the engine's arena, our heap, planned runs",
  run,
};

interface Cell {
  readonly model: string;
  readonly way: string;
  readonly rounds: EngineMeasurement[];
  error: string | null;
}

async function run(options: BenchOptions): Promise<number> {
  const all = CASES.flatMap(({ id }) => WAYS.map((way): Cell => ({ model: id, way: way.id, rounds: [], error: null })));
  const cells = all.filter(({ model, way }) => `${model}: ${way}`.toLowerCase().includes(options.filter.toLowerCase()));
  if (cells.length === 0) {
    console.error(
      `No cell's name contains "${options.filter}". They are: ${all.map(({ model, way }) => `${model}: ${way}`).join("; ")}.`,
    );
    return 2;
  }
  const progress = new Progress();
  for (let round = 0; round < options.rounds; round++) {
    for (const [i, cell] of cells.entries()) {
      if (cell.error !== null) continue;
      progress.show(round * cells.length + i + 1, options.rounds * cells.length, `${cell.model}: ${cell.way}`);
      await measure(cell, options.quick);
    }
  }
  progress.clear();
  if (options.json) {
    console.log(JSON.stringify({ suite: engine.name, machine: readMachine(), options, cells }, null, 2));
  } else {
    const tables = CASES.filter(({ id }) => cells.some(({ model }) => model === id)).map(
      ({ id, note }) => `${id}: ${note}\n${table(cells.filter(({ model }) => model === id))}`,
    );
    const notes = WAYS.map(({ id, note }) => `  ${id}: ${note}.`).join("\n");
    console.log([...tables, CAVEATS, notes].join("\n\n"));
  }
  return cells.some(({ error }) => error !== null) ? 1 : 0;
}

async function measure(cell: Cell, isQuick: boolean): Promise<void> {
  const args = ["--expose-gc", "--import", "tsx", CELL, cell.way, cell.model, isQuick ? "quick" : "full"];
  try {
    cell.rounds.push(JSON.parse(await runProcess(process.execPath, args)) as EngineMeasurement);
  } catch (error) {
    cell.error = error instanceof Error ? error.message : String(error);
  }
}

function table(cells: readonly Cell[]): string {
  const head = ["memory", "ms", "node ÷", "held", "plan", "bound", "peak RSS", "over start"];
  const rows = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  const reference = cells.find(({ way, rounds }) => way === DEFAULT_WAY && rounds.length > 0);
  for (const cell of cells) {
    if (cell.error !== null) rows.push([cell.way, { colSpan: head.length - 1, content: cell.error }]);
    else rows.push(row(cell, reference));
  }
  return rows.toString();
}

function row({ way, rounds }: Cell, reference: Cell | undefined): string[] {
  const bytes = (bytesOf: (round: EngineMeasurement) => number | null): string => {
    const known = rounds.map(bytesOf).filter((value) => value !== null);
    return known.length === 0 ? "–" : formatBytes(Math.max(...known));
  };
  const ms = timeOf(rounds);
  return [
    way,
    ms < 1 ? ms.toFixed(4) : ms.toFixed(1),
    reference === undefined ? "–" : formatFactor(timeOf(reference.rounds) / ms),
    bytes(({ heldBytes }) => heldBytes),
    bytes(({ plannedBytes }) => plannedBytes),
    bytes(({ lowerBoundBytes }) => lowerBoundBytes),
    bytes((round) => round.peakRssBytes),
    bytes((round) => round.peakRssBytes - round.baseRssBytes),
  ];
}

function timeOf(rounds: readonly EngineMeasurement[]): number {
  return median(rounds.map(({ ms }) => median(ms)));
}
