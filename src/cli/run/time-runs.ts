import type { RunResult } from "./run-task.ts";
import type { Runnable } from "./runnable.ts";

/**
 * Runs before the clock starts: the first records, the second plans, and the engine's pattern needs as many. More of them where
 * they are short, so that the runtime has compiled what they call.
 */
const LEAST_WARM_UP = 2;
const MOST_WARM_UP = 10_000;
const WARM_UP_MS = 100;
/** Without a wish: runs for so long, and so many at least and at most. */
const PATIENCE_MS = 500;
const LEAST_RUNS = 10;
const MOST_RUNS = 10_000;
/** Runs for so long, or one run, until others have their turn. */
const TURN_MS = 100;

/** How long runs took, and what came of the first and the last. */
export type RunTimes = Pick<RunResult, "outputs" | "firstMs" | "ms" | "firstDigest" | "lastDigest">;

/** What {@link timeRuns} tells. */
export interface TimeRunsEvents {
  /** @param share of the timed runs that are done */
  readonly onProgress: (share: number) => void;
  /** Resolves when it may go on. */
  readonly onTurn: () => Promise<void>;
  /** After the first run. */
  readonly onFirst?: () => void;
}

/**
 * Runs a model: twice or more to warm up, then timed. A run's time ends when its outputs were given back.
 *
 * @param runs timed ones; null: as many as half a second has, from 10 to 10,000
 */
export async function timeRuns(
  model: Runnable,
  runs: number | null,
  { onProgress, onTurn, onFirst }: TimeRunsEvents,
): Promise<RunTimes> {
  const begun = performance.now();
  await model.run();
  const firstMs = performance.now() - begun;
  const first = model.read();
  model.release();
  onFirst?.();
  const isWarm = (done: number): boolean => done >= MOST_WARM_UP || performance.now() - begun > WARM_UP_MS;
  for (let done = 1; done < LEAST_WARM_UP || !isWarm(done); done++) await timeOne(model);
  const ms: number[] = [];
  const least = runs ?? LEAST_RUNS;
  const most = runs ?? MOST_RUNS;
  let spent = 0;
  while (ms.length < least || (ms.length < most && spent < PATIENCE_MS)) {
    await onTurn();
    const turn = performance.now();
    do {
      const took = await timeOne(model);
      ms.push(took);
      spent += took;
    } while (ms.length < most && performance.now() - turn < TURN_MS);
    onProgress(Math.min(1, ms.length / least));
  }
  await model.run();
  const last = model.read();
  model.release();
  return { outputs: first.facts, firstMs, ms, firstDigest: first.digest, lastDigest: last.digest };
}

async function timeOne(model: Runnable): Promise<number> {
  const begun = performance.now();
  const running = model.run();
  // A turn of the microtasks is nothing that a synchronous run has to pay for.
  if (running !== undefined) await running;
  model.release();
  return performance.now() - begun;
}
