import { EngineError, describe } from "../../errors.ts";
import { MAX_EVENT_SIZE } from "../../plan/run-recorder.ts";
import { RecordedRun } from "./recorded-run.ts";

/** One recorded run as it is saved. */
export interface SavedRun {
  /** The shapes of the inputs, and which outputs were given. */
  readonly key: string;
  /** An allocation is its size in bytes, a free is the inverted number of the allocation that it ends. */
  readonly events: readonly number[];
  /** The numbers of the allocations that are outputs. */
  readonly outputs: readonly number[];
}

/** The recorded runs of a model as they are saved: plain JSON. */
export interface SavedRuns {
  readonly format: "tensorheap-runs";
  readonly version: 1;
  readonly runs: readonly SavedRun[];
}

/** The recorded runs of a session, the one unused for longest dropped when there are too many. */
export class RunBook {
  readonly #limit: number;
  readonly #runs: Map<string, RecordedRun> = new Map();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The run of that kind; a fresh one, of which nothing is known, where there is none. */
  find(key: string): RecordedRun {
    const run = this.#runs.get(key) ?? new RecordedRun(key);
    this.#runs.delete(key);
    this.#runs.set(key, run);
    if (this.#runs.size > this.#limit) this.#runs.delete(this.#runs.keys().next().value!);
    return run;
  }

  save(): SavedRuns {
    const known = [...this.#runs.values()].filter(({ isKnown }) => isKnown);
    const runs = known.map(({ key, events, outputSteps }) => ({ key, events: [...events], outputs: [...outputSteps] }));
    return { format: "tensorheap-runs", version: 1, runs };
  }

  /**
   * Takes over what was saved. A record that is another model's costs time, never correctness: a run that does not go the
   * way of its record leaves it.
   *
   * @throws {EngineError} when it is nothing that {@link save} made; nothing is taken over then
   */
  load(saved: unknown): void {
    const { format, version, runs } = (saved ?? {}) as Partial<Record<keyof SavedRuns, unknown>>;
    if (format !== "tensorheap-runs" || version !== 1 || !Array.isArray(runs)) {
      const found =
        typeof format === "string" ? `the format ${describe(format)} in version ${describe(version)}` : describe(saved);
      throw new EngineError(`The runs to begin with are what savedRuns() gave, not ${found}. Record them anew.`);
    }
    runs.forEach(assertRun);
    for (const { key, events, outputs } of runs as readonly SavedRun[]) {
      this.find(key).know(Int32Array.from(events), [...outputs]);
    }
  }
}

function assertRun(run: unknown, index: number): asserts run is SavedRun {
  const { key, events, outputs } = (run ?? {}) as Partial<Record<keyof SavedRun, unknown>>;
  if (typeof key === "string" && Array.isArray(events) && Array.isArray(outputs) && isRun(events, outputs)) return;
  throw new EngineError(`The saved run ${index} makes no sense: its file was changed or cut. Record it anew.`);
}

/** Whether every free ends an allocation that is live, and just the outputs are left at the end. */
function isRun(events: readonly unknown[], outputs: readonly unknown[]): boolean {
  const live = new Set<number>();
  let steps = 0;
  for (const event of events) {
    if (typeof event !== "number" || !Number.isInteger(event) || event > MAX_EVENT_SIZE) return false;
    if (event >= 0) live.add(steps++);
    else if (!live.delete(~event)) return false;
  }
  return outputs.length === live.size && outputs.every((step) => typeof step === "number" && live.delete(step));
}
