import { formatBytes, formatCount, formatTime, plural } from "../../report/format/units.ts";
import { ExitCode } from "../exit-code.ts";
import { formatPairs, formatTable } from "../output.ts";
import type { HeapFacts, InputFacts, RunResult, RunWay, TensorFacts } from "./run-task.ts";
import { median, percentile } from "./sample.ts";

/** A way, and what came of it: a result, or why there is none. */
export type RunOutcome =
  | { readonly way: RunWay; readonly result: RunResult }
  | { readonly way: RunWay; readonly error: string };

/** All that is printed. */
export interface RunAnswer {
  readonly model: string;
  readonly modelBytes: number;
  readonly threads: number;
  readonly limitBytes: number | null;
  /** In our heap. */
  readonly heap: RunResult;
  readonly others: readonly RunOutcome[];
  /** Lines on what was written and read. */
  readonly notes: readonly string[];
}

/** What each way is called in the table. */
const NAMES: Readonly<Record<RunWay, string>> = {
  heap: "tensorheap",
  traced: "tensorheap, traced",
  package: "onnxruntime-node",
  arena: "  default arena",
  "no-pattern": "  pattern off",
};

/** The answer as text. */
export function describeRun(answer: RunAnswer): string {
  const parts = [formatPairs(aboutModel(answer)), formatPairs(aboutHeap(answer.heap.heap!, answer.limitBytes))];
  parts.push(tableOf(answer));
  parts.push([...caveats(answer), verdict(answer), ...answer.notes].join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** Whether the engine's own memory gave other results, where results do not change from run to run anyway. */
export function isDifferent({ heap, others }: Pick<RunAnswer, "heap" | "others">): boolean {
  const results = resultsOf(others);
  if (isRandom([heap, ...results])) return false;
  return results.some(({ firstDigest }) => firstDigest !== heap.firstDigest);
}

/** The exit code that goes with an answer. */
export function exitCodeOf(answer: RunAnswer): ExitCode {
  return isDifferent(answer) ? ExitCode.NO : ExitCode.OK;
}

function aboutModel({ model, modelBytes, threads, heap }: RunAnswer): [string, string][] {
  const { inputs, outputs, onnxruntime } = heap;
  const cores = threads === 0 ? "one thread per core" : plural(threads, "thread");
  return [
    ["model", `${model}, ${formatBytes(modelBytes)}`],
    ["engine", `ONNX Runtime ${onnxruntime}, ${cores}`],
    ...inputs.map((input): [string, string] => ["input", `${tensor(input)}, ${source(input)}`]),
    ...outputs.map((output): [string, string] => ["output", tensor(output)]),
  ];
}

function tensor({ name, precision, dims, byteSize }: TensorFacts): string {
  return `${printable(name)}  ${precision} [${dims.join(", ")}]  ${formatBytes(byteSize)}`;
}

function source({ from, isAssumed, name }: InputFacts): string {
  const contents = from === null ? "generated" : typeof from === "number" ? `all ${from}` : `from ${from}`;
  return isAssumed ? `${contents}; free dims are taken as 1, give --shape ${printable(name)}=…` : contents;
}

function aboutHeap(facts: HeapFacts, limitBytes: number | null): [string, string][] {
  const { loadedBytes, inputBytes, peakBytes, footprintBytes, plannedBytes, lowerBoundBytes } = facts;
  const limit = limitBytes === null ? "" : `, of a limit of ${formatBytes(limitBytes)}`;
  const pairs: [string, string][] = [
    [
      "peak live",
      `${formatBytes(peakBytes)}${limit}: inputs ${formatBytes(inputBytes)}, weights that the engine put there ${formatBytes(loadedBytes)}, and a run`,
    ],
    ["footprint", `${formatBytes(footprintBytes)}, the most that the heap ever held`],
  ];
  if (plannedBytes === null) {
    pairs.push(["planned run", "none: the runs differ from each other"]);
  } else {
    pairs.push(["planned run", `${formatBytes(plannedBytes)} in one block, outputs included`]);
    const over = `the plan is ${((100 * plannedBytes) / Math.max(1, lowerBoundBytes!)).toFixed(1)} % of it`;
    pairs.push(["lower bound", `${formatBytes(lowerBoundBytes!)}, the least that any plan takes; ${over}`]);
  }
  pairs.push(["allocations", allocations(facts)]);
  if (facts.copiedOutputs > 0) pairs.push(["copied outputs", `${formatCount(facts.copiedOutputs)} in all runs`]);
  return pairs;
}

function allocations(facts: HeapFacts): string {
  const { allocationsPerRun, firstRunAllocations, loadAllocations, plannedRuns, totalRuns } = facts;
  const each = Number.isInteger(allocationsPerRun) ? formatCount(allocationsPerRun) : allocationsPerRun.toFixed(1);
  return (
    `${each} per run, ${formatCount(firstRunAllocations)} in the first, ${formatCount(loadAllocations)} while loading; ` +
    `${formatCount(plannedRuns)} of ${formatCount(totalRuns)} runs were planned`
  );
}

function tableOf({ heap, others }: RunAnswer): string {
  const head = ["tensors in", "median", "p95", "first run", "held", "peak RSS", "over start"];
  const rows = [{ way: "heap" as const, result: heap }, ...others].map((outcome) => {
    const name = NAMES[outcome.way];
    if ("error" in outcome) return [name, "failed", "–", "–", "–", "–", "–"];
    const { ms, firstMs, heldBytes, peakRssBytes, baseRssBytes } = outcome.result;
    return [
      name,
      formatTime(median(ms)),
      formatTime(percentile(ms, 95)),
      formatTime(firstMs),
      heldBytes === null ? "–" : formatBytes(heldBytes),
      formatBytes(peakRssBytes),
      formatBytes(peakRssBytes - baseRssBytes),
    ];
  });
  return formatTable(head, rows);
}

function caveats({ heap, others }: RunAnswer): string[] {
  const failed = others.flatMap((outcome) =>
    "error" in outcome ? [`${NAMES[outcome.way].trim()}: ${outcome.error}`] : [],
  );
  const each = others.length === 0 ? "In a process of its own" : "Each row is a process of its own; they run by turns";
  const counts = [heap, ...resultsOf(others)].map(({ ms }) => ms.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const runs =
    most === 1
      ? "one timed run"
      : `${least === most ? "" : `${formatCount(least)} to `}${formatCount(most)} timed runs`;
  const lines = [`${each}: warmed up, then ${runs}.`];
  if (others.length > 0) {
    lines.push(
      "onnxruntime-node is awaited, and copies outputs. Below it is its engine, called as tensorheap calls it, with its default",
      "arena, and with its memory pattern off.",
    );
  }
  lines.push(
    "held: for tensors and the weights that the engine copies to its allocator, inputs not counted. Ours is the footprint",
    "of the heap, the block by block run that is recorded first included.",
  );
  const results = resultsOf(others);
  if (results.some(({ heldBytes }) => heldBytes !== null)) {
    lines.push("The engine's is what its arena took from the system, by its own statistics (AllocatorGetStats).");
  } else if (results.length > 0) {
    lines.push("This version of ONNX Runtime has no statistics of its arena: see RSS.");
  }
  lines.push(
    "peak RSS: of the whole process, with Node and the engine; over start: less what was resident before loading.",
  );
  return [...lines, ...failed];
}

function verdict(answer: RunAnswer): string {
  const results = resultsOf(answer.others);
  if (isRandom([answer.heap, ...results])) return "Outputs: they change from run to run, as the model has it.";
  if (results.length === 0)
    return `Outputs: SHA-256 ${answer.heap.firstDigest.slice(0, 16)}…, the same in the first and the last run.`;
  if (isDifferent(answer)) return "Outputs: THEY DIFFER between our heap and the engine's arena. Please report this.";
  return "Outputs: the same bytes in all of them.";
}

function resultsOf(outcomes: readonly RunOutcome[]): RunResult[] {
  return outcomes.flatMap((outcome) => ("result" in outcome ? [outcome.result] : []));
}

function isRandom(results: readonly RunResult[]): boolean {
  return results.some(({ firstDigest, lastDigest }) => firstDigest !== lastDigest);
}

/** Names come from the model's file, and control characters could move the cursor. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");
}
