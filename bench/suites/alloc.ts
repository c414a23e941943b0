import { writeFile } from "node:fs/promises";
import { allocChart } from "../lib/alloc-chart.ts";
import { formatBytes } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { LONG_PASS_MS } from "../lib/measure.ts";
import type { Measurement } from "../lib/measure.ts";
import { MODES } from "../lib/modes.ts";
import type { Mode } from "../lib/modes.ts";
import { NativeRunner, whyNotHere } from "../lib/native.ts";
import { Progress } from "../lib/progress.ts";
import { resultTable } from "../lib/result-table.ts";
import { summarizeCells } from "../lib/result.ts";
import type { CellResult } from "../lib/result.ts";
import { runCell } from "../lib/run-cell.ts";
import type { CellRequest } from "../lib/run-cell.ts";
import { cellName, runRounds } from "../lib/run-rounds.ts";
import type { Cell } from "../lib/run-rounds.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";
import type { PeerEntry } from "../peers/peer.ts";
import { LOOP_ONLY, OURS, PEERS } from "../peers/peers.ts";
import { findWorkload, GROUPS } from "../workloads/workloads.ts";

const NORMAL = { targetMs: 120, warmUpMs: 120 };
const QUICK = { targetMs: 60, warmUpMs: 100 };

const CAVEATS = `\
ns are per alloc and its free, the loop included; medians over rounds, each in a process of its own. "÷ tensorheap" is
that median over tensorheap's in the same run: above 1 tensorheap is faster. p99 call: what 99 of 100 single calls stay
within, in ns, the clock's own time in it. GCs and faults are per million pairs. On a shared or virtual machine one cell
varies by 1.5 to 2 times from round to round; only larger differences mean something. What each column holds, what it
leaves out, and where the comparison is unfair: bench/README.md. A replay is timed as a whole; where the first takes more
than ${LONG_PASS_MS} ms, it is the measurement, without a warm-up.`;

/** alloc and free against other ways to get memory. */
export const alloc: Suite = {
  name: "alloc",
  describe: "alloc and free: pairs, live sets, larson, replays of real traces, against other allocators",
  run,
};

/** A peer that is left out, and why. */
interface Absent {
  readonly peer: string;
  readonly why: string;
}

async function run(options: BenchOptions): Promise<number> {
  const wanted = allCells(options).filter(isWanted(options));
  if (wanted.length === 0) {
    const example = cellName(allCells({ modes: ["raw"] })[0]!);
    console.error(
      `No cell has "${options.filter}" in its name and one of the peers "${options.peers.join(", ")}". ` +
        `A name is like "${example}", and the peers are ${PEERS.map(({ id }) => id).join(", ")}.`,
    );
    return 2;
  }
  const native = await NativeRunner.create();
  try {
    const absent = PEERS.flatMap((peer) => absence(peer, native));
    const cells = wanted.filter(({ peer }) => !absent.some((left) => left.peer === peer));
    const results = await measureCells(cells, options, native);
    await report(results, absent, options);
    return results.some(({ error }) => error !== null) ? 1 : 0;
  } finally {
    await native?.close();
  }
}

function allCells({ modes }: Pick<BenchOptions, "modes">): Cell[] {
  return GROUPS.flatMap(({ id: group, footprint, workloads }) =>
    modes.flatMap((mode, index) =>
      workloads.flatMap(({ id: workload }) =>
        PEERS.map(({ id: peer }) => ({ group, workload, mode, peer, footprint: footprint && index === 0 })),
      ),
    ),
  );
}

/** Without a filter, the headline workloads are enough unless all are asked for. */
function isWanted({ filter, peers, all }: BenchOptions): (cell: Cell) => boolean {
  return (cell) =>
    (all || filter !== "" || isHeadline(cell.workload)) &&
    contains(cellName(cell), filter) &&
    (peers.length === 0 || peers.some((part) => contains(cell.peer, part)));
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function absence(peer: PeerEntry, native: NativeRunner | null): Absent[] {
  const why = peer.kind === "native" ? whyNotHere(peer, native) : null;
  return why === null ? [] : [{ peer: peer.id, why }];
}

async function measureCells(
  cells: readonly Cell[],
  options: BenchOptions,
  native: NativeRunner | null,
): Promise<CellResult[]> {
  const progress = new Progress();
  async function measureCell(request: CellRequest): Promise<Measurement> {
    const peer = PEERS.find(({ id }) => id === request.peer);
    return peer?.kind === "native" && native !== null ? await native.run(peer, request) : await runCell(request);
  }
  const timing = options.quick ? QUICK : NORMAL;
  const outcomes = await runRounds(cells, options.rounds, timing, measureCell, (...args) => {
    progress.show(...args);
  });
  progress.clear();
  return summarizeCells(outcomes, OURS);
}

async function report(results: readonly CellResult[], absent: readonly Absent[], options: BenchOptions): Promise<void> {
  if (options.json) {
    const timing = options.quick ? QUICK : NORMAL;
    const whole = {
      suite: alloc.name,
      machine: readMachine(),
      options: { ...options, ...timing },
      absent,
      cells: results,
    };
    console.log(JSON.stringify(whole, null, 2));
  } else {
    console.log(formatReport(results, absent, options.rounds));
  }
  if (options.chart !== undefined) {
    await writeFile(options.chart, allocChart(selectForChart(results, options.modes[0]!), OURS, chartTitle));
  }
}

/** The headline workloads in one mode; all that were measured when none of those was. */
function selectForChart(results: readonly CellResult[], mode: Mode): CellResult[] {
  const shown = results.filter((result) => result.mode === mode && result.peer !== LOOP_ONLY);
  const headlines = shown.filter(({ workload }) => isHeadline(workload));
  return headlines.length > 0 ? headlines : shown;
}

function isHeadline(workload: string): boolean {
  return findWorkload(workload)?.headline !== undefined;
}

function chartTitle(workload: string): string {
  return findWorkload(workload)?.headline ?? workload;
}

function formatReport(results: readonly CellResult[], absent: readonly Absent[], rounds: number): string {
  const { cpu, cores, memoryBytes, os, node, v8 } = readMachine();
  const sections = [
    `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}, ${os}, Node ${node} (V8 ${v8}); rounds: ${rounds}`,
  ];
  for (const { id, title } of GROUPS) {
    for (const mode of new Set(results.map((result) => result.mode))) {
      const rows = results.filter((result) => result.group === id && result.mode === mode);
      if (rows.length === 0) continue;
      sections.push(`${title}\n${mode}: ${MODES[mode]}\n${resultTable(rows, { floor: LOOP_ONLY })}`);
    }
  }
  const failed = results.filter(({ error }) => error !== null);
  if (failed.length > 0) {
    sections.push(["Failed:", ...failed.map((cell) => `  ${cellName(cell)}: ${cell.error}`)].join("\n"));
  }
  const shown = new Set(results.map(({ peer }) => peer));
  const notes = PEERS.filter(({ id }) => shown.has(id)).map(({ id, note }) => `  ${id}: ${note}.`);
  notes.push(...absent.map(({ peer, why }) => `  ${peer}: ${why}.`));
  sections.push(CAVEATS, notes.join("\n"));
  return sections.join("\n\n");
}
