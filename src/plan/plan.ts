import { assertOptions, DEFAULT_SEED, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { PlanOptions, PlanSyncOptions } from "./options.ts";
import { readProblem } from "./problem.ts";
import type { PlanProblem } from "./problem.ts";
import { Solver } from "./solver.ts";

/** Where every buffer goes, and what is known of it. */
export interface Plan {
  /** The first byte of each buffer, in the order of the problem's buffers. */
  readonly offsets: number[];
  /** Bytes that the plan takes: the highest end of a buffer. */
  readonly height: number;
  /** Proved: no plan takes fewer bytes. */
  readonly lowerBound: number;
  /** The height is the lower bound: proved that nothing is better. */
  readonly optimal: boolean;
  /** The height is within the capacity; true without one. */
  readonly fits: boolean;
  /** Proved that no plan is within the capacity: the lower bound is above it. When neither this nor `fits`, it is open. */
  readonly infeasible: boolean;
  /** Why it ended: nothing is left to do, the time or the decisions ran out, or `stopSignal` was aborted. */
  readonly ended: "done" | "time" | "nodes" | "stopped";
  /** Decisions of the exact search. */
  readonly nodes: number;
}

/** The planner gives way to the event loop after this long. */
const SLICE_MS = 8;

/** Buffers from which on it does so already when it has read the problem. */
const LARGE = 1000;

/**
 * Lays buffers out in one memory, so that no two that live at once overlap, in as few bytes as it can.
 *
 * Greedy first, which is enough for nearly all real problems; then an exact search, which can also prove that there is
 * no better plan. It gives way to the event loop every few milliseconds (a single step of it takes longer only from
 * about 100,000 buffers on).
 *
 * - With a `capacity`, it ends with the first plan that fits (`fits`), or with the proof that none does (`infeasible`; the
 *   offsets are then the best that were found, above the capacity).
 * - Without one, it ends with the lowest plan and the proof that it is (`optimal`).
 * - When the time runs out first, or `stopSignal` is aborted, the answer is the best plan so far.
 *
 * Sizes that have a large common divisor plan faster: align them first.
 *
 * @throws {PlanError} when the problem or an option makes no sense, before anything is planned
 * @throws the signal's reason, when it is aborted
 */
export async function plan(problem: PlanProblem, options: PlanOptions = {}): Promise<Plan> {
  assertOptions(options);
  const { signal, stopSignal, onProgress } = options;
  signal?.throwIfAborted();
  const planning = new Planning(problem, options);
  let reported = "";
  // Reading a problem takes its time, too.
  if (problem.buffers.length > LARGE) await pause(signal);
  while (!planning.advance(SLICE_MS)) {
    report();
    await pause(signal);
    if (stopSignal?.aborted === true && planning.stop()) break;
  }
  report();
  return planning.result();

  function report(): void {
    if (onProgress === undefined || !planning.hasPlan) return;
    const progress = planning.progress();
    const key = `${progress.height} ${progress.lowerBound}`;
    if (key === reported) return;
    reported = key;
    onProgress(progress);
  }
}

/**
 * The same at once, for callers that cannot wait. It blocks until it is done: give it a `maxNodes` or a short `timeoutMs`.
 * `maxNodes: 0` is the greedy planner alone.
 *
 * @throws {PlanError} when the problem or an option makes no sense, before anything is planned
 */
export function planSync(problem: PlanProblem, options: PlanSyncOptions = {}): Plan {
  assertOptions(options);
  const planning = new Planning(problem, options);
  planning.advance(Infinity);
  return planning.result();
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 0);
  });
  signal?.throwIfAborted();
}

/** One problem being solved, against the clock. Turns units into bytes. */
class Planning {
  readonly #unit: number;
  readonly #capacity: number;
  readonly #solver: Solver;
  readonly #steps: Generator<void, boolean>;
  readonly #begun: number = performance.now();
  readonly #deadline: number;
  #ended: Plan["ended"] = "done";

  constructor(problem: PlanProblem, options: PlanSyncOptions) {
    const instance = readProblem(problem);
    const { capacity = Infinity, timeoutMs = DEFAULT_TIMEOUT_MS, seed = DEFAULT_SEED, maxNodes = Infinity } = options;
    this.#unit = instance.unit;
    this.#capacity = capacity;
    this.#solver = new Solver(instance, Math.floor(capacity / instance.unit), seed, maxNodes);
    this.#steps = this.#solver.run();
    this.#deadline = this.#begun + timeoutMs;
  }

  get hasPlan(): boolean {
    return this.#solver.hasPlan;
  }

  /** Goes on for so many milliseconds. @returns true when it has ended */
  advance(milliseconds: number): boolean {
    const sliceEnd = performance.now() + milliseconds;
    for (;;) {
      const { done, value } = this.#steps.next();
      if (done === true) {
        this.#ended = value ? "done" : "nodes";
        return true;
      }
      const now = performance.now();
      if (now >= this.#deadline && this.#solver.hasPlan) {
        this.#ended = "time";
        return true;
      }
      if (now >= sliceEnd) return false;
    }
  }

  /** @returns false when there is no plan yet: then it must go on */
  stop(): boolean {
    if (this.#solver.hasPlan) this.#ended = "stopped";
    return this.#solver.hasPlan;
  }

  progress(): { height: number; lowerBound: number; nodes: number; elapsedMs: number } {
    return {
      height: this.#solver.height * this.#unit,
      lowerBound: this.#solver.bound * this.#unit,
      nodes: this.#solver.nodes,
      elapsedMs: performance.now() - this.#begun,
    };
  }

  result(): Plan {
    const { height, lowerBound, nodes } = this.progress();
    return {
      offsets: Array.from(this.#solver.offsets, (offset) => offset * this.#unit),
      height,
      lowerBound,
      optimal: height === lowerBound,
      fits: height <= this.#capacity,
      infeasible: lowerBound > this.#capacity,
      ended: this.#ended,
      nodes,
    };
  }
}
