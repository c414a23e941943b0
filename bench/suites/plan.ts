import Table from "cli-table3";
import { planSync, validate } from "tensorheap/plan";
import { formatCount } from "../lib/format.ts";
import { readMachine } from "../lib/machine.ts";
import { Progress } from "../lib/progress.ts";
import { summarize } from "../lib/statistics.ts";
import type { BenchOptions, Suite } from "../lib/suite.ts";
import { CROWD_MS, LOWEST_NODES, planCases } from "../plan/cases.ts";
import type { PlanCase } from "../plan/cases.ts";
import { longestGap } from "../plan/longest-gap.ts";

const SEEDS = 10;
const QUICK_SEEDS = 3;

const TITLES: Readonly<Record<PlanCase["group"], string>> = {
  capacity: "Public instances, the first plan within the capacity",
  lowest: `Public instances, as low as ${formatCount(LOWEST_NODES)} decisions make them`,
  trace: "Recorded traces, as low as can be; lifetimes in events, sizes in granules of 64 bytes",
  crowd: `Random lifetimes that live together in crowds, what ${CROWD_MS} ms make of them`,
};

const CAVEATS = `\
One process, one thread, one run per seed, in the order of the table: the first rows pay for compiling. CPU ms: of the
process, so with the collector and the compiler, without waiting for other programs; median and worst over the seeds.
Decisions: of the exact search; 0 is greedy alone. They depend on the seed only, not on the machine. Height: the worst over the
seeds, each plan checked by the validator. A plan is optimal when its height is the lower bound that was proved.
Gap: one more run in the background, by plan() beside a timer of 1 ms; the longest time in ms between two ticks, by wall
clock or CPU of the process, whichever is less.`;

/** The offline planner. */
export const plan: Suite = {
  name: "plan",
  describe: "the planner: public instances over seeds, and the recorded traces; heights, bounds, times",
  run,
};

interface CaseResult {
  readonly group: PlanCase["group"];
  readonly name: string;
  readonly buffers: number;
  readonly cpuMs: number[];
  readonly nodes: number[];
  readonly heights: number[];
  readonly lowerBounds: number[];
  /** Of the runs, how many ended with the proof. */
  readonly optimal: number;
  readonly gapMs: number;
  readonly error: string | null;
}

async function run(options: BenchOptions): Promise<number> {
  const wanted = options.filter.toLowerCase();
  const cases = planCases().filter(({ name }) => name.toLowerCase().includes(wanted));
  if (cases.length === 0) {
    console.error(`No problem's name contains "${options.filter}". A name is like "${planCases()[0]!.name}".`);
    return 2;
  }
  const progress = new Progress();
  const results: CaseResult[] = [];
  for (const one of cases) {
    progress.show(results.length + 1, cases.length, one.name);
    results.push(await measure(one, options.quick ? QUICK_SEEDS : SEEDS));
  }
  progress.clear();
  if (options.json) {
    console.log(JSON.stringify({ suite: plan.name, machine: readMachine(), options, cases: results }, null, 2));
  } else {
    console.log(formatReport(results));
  }
  return results.some(({ error }) => error !== null) ? 1 : 0;
}

async function measure({ group, name, options, read }: PlanCase, seeds: number): Promise<CaseResult> {
  const problem = read();
  const cpuMs: number[] = [];
  const nodes: number[] = [];
  const heights: number[] = [];
  const lowerBounds: number[] = [];
  let optimal = 0;
  let error: string | null = null;
  for (let seed = 1; seed <= seeds; seed++) {
    const before = process.cpuUsage();
    const result = planSync(problem, { ...options, seed });
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
    nodes.push(result.nodes);
    heights.push(result.height);
    lowerBounds.push(result.lowerBound);
    if (result.optimal) optimal++;
    const [violation] = validate(problem, result.offsets, options.capacity ?? result.height);
    error ??= violation === undefined ? null : `seed ${seed}: ${violation.message}`;
  }
  const gapMs = await longestGap(problem, options);
  return { group, name, buffers: problem.buffers.length, cpuMs, nodes, heights, lowerBounds, optimal, gapMs, error };
}

function formatReport(results: readonly CaseResult[]): string {
  const sections: string[] = [];
  for (const group of Object.keys(TITLES) as PlanCase["group"][]) {
    const rows = results.filter((result) => result.group === group);
    if (rows.length > 0) sections.push(`${TITLES[group]}\n${tableOf(rows)}`);
  }
  const failed = results.filter(({ error }) => error !== null);
  if (failed.length > 0)
    sections.push(["Failed:", ...failed.map(({ name, error }) => `  ${name}: ${error}`)].join("\n"));
  return [...sections, CAVEATS].join("\n\n");
}

function tableOf(rows: readonly CaseResult[]): string {
  const head = [
    "problem",
    "buffers",
    "CPU ms",
    "worst",
    "decisions",
    "worst",
    "height",
    "lower bound",
    "÷",
    "optimal",
    "gap",
  ];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const { name, buffers, cpuMs, nodes, heights, lowerBounds, optimal, gapMs } of rows) {
    const height = Math.max(...heights);
    const lowerBound = Math.min(...lowerBounds);
    table.push([
      name,
      formatCount(buffers),
      formatCount(summarize(cpuMs).median),
      formatCount(summarize(cpuMs).max),
      formatCount(summarize(nodes).median),
      formatCount(summarize(nodes).max),
      formatCount(height),
      formatCount(lowerBound),
      (height / lowerBound).toFixed(4),
      optimal === nodes.length ? "yes" : `${optimal} of ${nodes.length}`,
      formatCount(gapMs),
    ]);
  }
  return table.toString();
}
