/** Measures one cell of the copy suite in this process and prints it as one line of JSON. Started by suites/copy.ts. */
import { median } from "./lib/statistics.ts";
import { findCopy } from "./workloads/copies.ts";
import type { Copy } from "./workloads/copies.ts";

/** Which cell to measure, and for how long. */
export interface CopyRequest {
  readonly copy: string;
  readonly way: "tensorheap" | "by hand";
  readonly targetMs: number;
  readonly warmUpMs: number;
}

/** What one cell found. */
export interface CopyMeasurement {
  /** The median of single calls. */
  readonly ms: number;
  readonly calls: number;
}

const request = JSON.parse(process.argv[2] ?? "{}") as CopyRequest;
const entry = findCopy(request.copy);
if (entry === undefined) {
  throw new Error(`No such cell: ${JSON.stringify(request)}. It is started by the benchmark, not by hand.`);
}
const copy = entry.load(1080, 1920);
const run = request.way === "tensorheap" ? copy.tensorheap : copy.byHand;
timeCalls(run, request.warmUpMs);
const times = timeCalls(run, request.targetMs);
// Only now, so that nothing is compiled for what the other way met.
assertSame(copy);
const measurement: CopyMeasurement = { ms: median(times), calls: times.length };
console.log(JSON.stringify(measurement));

/** Calls until the time is up, and ten times in any case. Milliseconds of each call. */
function timeCalls(call: () => void, ms: number): number[] {
  const durations: number[] = [];
  const end = performance.now() + ms;
  for (let now = performance.now(); now < end || durations.length < 10;) {
    const start = now;
    call();
    now = performance.now();
    durations.push(now - start);
  }
  return durations;
}

function assertSame(task: Copy): void {
  task.tensorheap();
  task.byHand();
  const [ours, theirs] = task.results();
  const at = ours.findIndex((byte, i) => byte !== theirs[i]);
  if (at >= 0 || ours.length !== theirs.length) throw new Error(`The two results differ, first at byte ${at}.`);
}
