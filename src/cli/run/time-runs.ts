import type { RunOutputs, Runnable } from "./runnable.ts";

/**
 * Runs before the clock starts: the first records, the second plans, and the engine's pattern needs as many. More of them where
 * they are short, so that the runtime has compiled what they call.
 */
const LEAST_WARM_UP = 2;
const MOST_WARM_UP = 1000;
const WARM_UP_MS = 100;
/** Without a wish: runs for so long, and so many at least and at most. */
const PATIENCE_MS = 500;
const LEAST_RUNS = 10;
const MOST_RUNS = 1000;
/** How often it says how far it is. */
const TICK_MS = 100;

/** How long runs took. */
export interface RunTimes {
  readonly firstMs: number;
  readonly ms: readonly number[];
  readonly first: RunOutputs;
  readonly last: RunOutputs;
}

/**
 * Runs a model: twice or more to warm up, then timed. A run's time ends when its outputs were given back.
 *
 * @param runs timed ones; null: as many as half a second has, from 10 to 1000
 * @param onFirst called after the first run
 */
export async function timeRuns(
  model: Runnable,
  runs: number | null,
  onProgress: (share: number) => void,
  onFirst: () => void = () => undefined,
): Promise<RunTimes> {
  const begun = performance.now();
  model.run();
  const firstMs = performance.now() - begun;
  const first = model.read();
  model.release();
  onFirst();
  const isWarm = (done: number): boolean => done >= MOST_WARM_UP || performance.now() - begun > WARM_UP_MS;
  for (let done = 1; done < LEAST_WARM_UP || !isWarm(done); done++) timeOne(model);
  const ms: number[] = [];
  const least = runs ?? LEAST_RUNS;
  const most = runs ?? MOST_RUNS;
  let spent = 0;
  let told = performance.now();
  while (ms.length < least || (ms.length < most && spent < PATIENCE_MS)) {
    const took = timeOne(model);
    ms.push(took);
    spent += took;
    if (performance.now() - told < TICK_MS) continue;
    onProgress(Math.min(1, ms.length / least));
    // So that the word goes out, and a parent that is gone is noticed.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    told = performance.now();
  }
  model.run();
  const last = model.read();
  model.release();
  return { firstMs, ms, first, last };
}

function timeOne(model: Runnable): number {
  const begun = performance.now();
  model.run();
  model.release();
  return performance.now() - begun;
}
