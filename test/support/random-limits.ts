import { createSession } from "../../src/engines/onnxruntime-native/create-session.ts";
import { OutOfMemoryError } from "../../src/errors.ts";
import { LimitedHeap } from "./limited-heap.ts";
import { MODELS, differing, freeBlobs, inputsOf, references } from "./native-engine.ts";
import { Random } from "./random.ts";

/** What came of runs with random limits. */
export interface RandomLimits {
  readonly successes: number;
  readonly refusals: number;
  /** What should not have been: the first few. */
  readonly failures: readonly string[];
}

/**
 * Runs models of changing shapes, sync and async, with one and two threads, planned and not, with outputs that are freed at
 * once or kept for a while, while the limit of their common heap changes at random.
 */
export async function randomLimits(rounds: number, seed: number): Promise<RandomLimits> {
  const random = new Random(seed);
  const limited = new LimitedHeap();
  const failures: string[] = [];
  const subjects = await Promise.all(
    MODELS.map(async (model) => ({
      model,
      expected: await references(model),
      sessions: [
        await createSession(model.path, { allocator: limited, threads: 1 }),
        await createSession(model.path, { allocator: limited, threads: 2 }),
        await createSession(model.path, { allocator: limited, threads: 1, planned: false }),
        await createSession(model.path, { allocator: limited, threads: 1, replay: "callbacks" }),
      ],
    })),
  );
  const weights = limited.stats().liveBytes;
  let [successes, refusals] = [0, 0];
  let kept: { free: () => void }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { model, expected, sessions } = random.pick(subjects);
    const index = random.below(model.shapes.length);
    const session = random.pick(sessions);
    limited.limitBytes = Infinity;
    const inputs = inputsOf(model, model.shapes[index]!, index, limited);
    const isLimited = !random.oneIn(3);
    // From next to nothing up to what the largest of the runs needs.
    if (isLimited) limited.limitBytes = limited.stats().liveBytes + Math.floor(2 ** (10 + random.below(140) / 10));
    try {
      const outputs = random.oneIn(3) ? await session.runAsync(inputs) : session.run(inputs);
      successes++;
      const wrong = differing(outputs, expected[index]!);
      if (wrong.length > 0) failures.push(`round ${round}: ${model.name} computed other bytes for ${wrong.join(", ")}`);
      if (random.oneIn(4)) kept.push({ free: () => freeBlobs(outputs) });
      else freeBlobs(outputs);
    } catch (error) {
      refusals++;
      if (!(error instanceof OutOfMemoryError) || !isLimited) failures.push(`round ${round}: ${String(error)}`);
    }
    freeBlobs(inputs);
    if (kept.length > random.below(6)) {
      for (const { free } of kept) free();
      kept = [];
    }
  }
  for (const { free } of kept) free();
  limited.check();
  const { liveBytes } = limited.stats();
  if (liveBytes !== weights) failures.push(`${liveBytes - weights} bytes were left after the runs`);
  for (const { sessions } of subjects) for (const session of sessions) await session.dispose();
  const { liveCount, lockedCount } = limited.stats();
  if (liveCount + lockedCount > 0) failures.push(`${liveCount} blocks are left, ${lockedCount} locked`);
  return { successes, refusals, failures: failures.slice(0, 10) };
}
