import { formatBytes } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { LONG_PASS_MS } from "../lib/measure.ts";
import { Progress } from "../lib/progress.ts";
import { resultTable } from "../lib/result-table.ts";
import { summarizeCells } from "../lib/result.ts";
import type { CellResult } from "../lib/result.ts";
import { cellName, runRounds } from "../lib/run-rounds.ts";
import type { Cell } from "../lib/run-rounds.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";
import { LOOP_ONLY, OURS, PEERS } from "../peers/peers.ts";
import { GROUPS } from "../workloads/workloads.ts";

const NORMAL = { targetMs: 150, warmUpMs: 60 };
const QUICK = { targetMs: 50, warmUpMs: 30 };

const CAVEATS = `\
ns are per alloc and its free, the loop included; medians over rounds, each in a process of its own. "÷ tensorheap" is
that median over tensorheap's in the same run, both with the loop in them. On a shared or virtual machine one cell varies
by 1.5 to 2 times from round to round, more when something else runs; only larger differences mean something.
Measured: the calls, on one thread, one allocator per process, after a warm-up. Not measured: the program's own use of
the memory and its page faults, lock and unlock, the worst single call, and what the collector does on other threads.
footprint ÷ peak: the most bytes of its memory that the allocator had in use, over the most bytes the workload had asked
for at once, after it ran for a while; bookkeeping outside that memory is not in it. GCs / million: garbage collections,
young and full, per million pairs; GC time: the share of the time that the collector stopped the program for.
A replay is timed as a whole; where the first takes more than ${LONG_PASS_MS} ms, it is the measurement, without a warm-up.`;

/** alloc and free against other ways to get memory. */
export const alloc: Suite = {
  name: "alloc",
  describe: "alloc and free: pairs, random replacement, replays of real traces, against other allocators",
  run,
};

async function run(options: BenchOptions): Promise<number> {
  const cells = selectCells(options.filter);
  if (cells.length === 0) {
    console.error(`No cell's name contains "${options.filter}". A name is like "${cellName(allCells()[0]!)}".`);
    return 2;
  }
  const timing = options.quick ? QUICK : NORMAL;
  const progress = new Progress();
  const outcomes = await runRounds(cells, options.rounds, timing, (...args) => {
    progress.show(...args);
  });
  progress.clear();
  const results = summarizeCells(outcomes, OURS);
  if (options.json) {
    const report = {
      suite: alloc.name,
      machine: readMachine(),
      options: { ...options, ...timing },
      cells: results,
    };
    console.log(JSON.stringify(report, null, 2));
  } else {
    console.log(formatReport(results, options.rounds));
  }
  return results.some(({ error }) => error !== null) ? 1 : 0;
}

function allCells(): Cell[] {
  return GROUPS.flatMap(({ id: group, footprint, workloads }) =>
    workloads.flatMap(({ id: workload }) => PEERS.map(({ id: peer }) => ({ group, workload, peer, footprint }))),
  );
}

function selectCells(filter: string): Cell[] {
  const wanted = filter.toLowerCase();
  return allCells().filter((cell) => cellName(cell).toLowerCase().includes(wanted));
}

function formatReport(results: readonly CellResult[], rounds: number): string {
  const { cpu, cores, memoryBytes, os, node, v8 } = readMachine();
  const sections = [
    `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}, ${os}, Node ${node} (V8 ${v8}); rounds: ${rounds}`,
  ];
  for (const { id, title } of GROUPS) {
    const rows = results.filter(({ group }) => group === id);
    if (rows.length > 0) sections.push(`${title}\n${resultTable(rows, { floor: LOOP_ONLY })}`);
  }
  const failed = results.filter(({ error }) => error !== null);
  if (failed.length > 0) {
    sections.push(["Failed:", ...failed.map((cell) => `  ${cellName(cell)}: ${cell.error}`)].join("\n"));
  }
  const shown = new Set(results.map(({ peer }) => peer));
  const notes = PEERS.filter(({ id }) => shown.has(id)).map(({ id, note }) => `  ${id}: ${note}.`);
  sections.push(CAVEATS, notes.join("\n"));
  return sections.join("\n\n");
}
