import { expect, test } from "vitest";
import { LimitedHeap } from "../../../test/support/limited-heap.ts";
import {
  CLASSIFIER,
  DETECTOR,
  RECOGNISER,
  VAD,
  bytesOf,
  differing,
  freeBlobs,
  inputsOf,
  references,
} from "../../../test/support/native-engine.ts";
import type { ModelCase } from "../../../test/support/native-engine.ts";
import { randomLimits } from "../../../test/support/random-limits.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { createSession } from "./create-session.ts";
import type { NativeSession } from "./native-session.ts";

const [VOICE] = VAD as [ModelCase];

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each([DETECTOR, CLASSIFIER, VOICE])(
  "a $name whose making fails at any allocation throws, and leaves nothing",
  async ({ path }) => {
    const limited = new LimitedHeap();
    const whole = await createSession(path, { allocator: limited, threads: 2 });
    const count = limited.stats().totalCount;
    await whole.dispose();
    const step = Math.max(1, Math.floor(count / 12));
    let failures = 0;
    for (let left = 0; left < count; left += left < 4 ? 1 : step) {
      limited.allocationsLeft = left;
      const error = await errorOf(() => createSession(path, { allocator: limited, threads: 2 }));
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect((error as OutOfMemoryError).allocator).toBe("LimitedHeap");
      expect(limited.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
      failures++;
    }
    expect(failures).toBeGreaterThan(10);
    limited.allocationsLeft = Infinity;
    const again = await createSession(path, { allocator: limited });
    await again.dispose();
  },
);

test.each([DETECTOR, RECOGNISER, CLASSIFIER, VOICE])(
  "a $name that is refused any allocation of a run throws, and runs on afterwards",
  async (model) => {
    const limited = new LimitedHeap();
    const [expected] = await references(model);
    const session = await createSession(model.path, { allocator: limited, threads: 1, planned: false });
    const inputs = inputsOf(model, model.shapes[0]!, 0, limited);
    const before = limited.stats();
    const outputs = session.run(inputs);
    expect(differing(outputs, expected!)).toEqual([]);
    freeBlobs(outputs);
    const count = limited.stats().totalCount - before.totalCount;
    for (let left = 0; left < count; left += Math.max(1, Math.floor(count / 30))) {
      limited.allocationsLeft = left;
      const run = (): unknown => (left % 2 === 0 ? session.run(inputs) : session.runAsync(inputs));
      const error = await errorOf(run);
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect(limited.stats()).toMatchObject({ liveBytes: before.liveBytes, lockedCount: before.lockedCount });
    }
    limited.allocationsLeft = Infinity;
    const after = session.run(inputs);
    expect(differing(after, expected!)).toEqual([]);
    freeBlobs(after);
    freeBlobs(inputs);
    await session.dispose();
    expect(limited.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  },
);

test("the error of a refused run is the allocator's own, with its numbers", async () => {
  const limited = new LimitedHeap();
  const session = await createSession(DETECTOR.path, { allocator: limited, threads: 1 });
  const inputs = inputsOf(DETECTOR, DETECTOR.shapes[0]!, 0, limited);
  limited.limitBytes = limited.stats().liveBytes + 500_000;
  const error = (await errorOf(() => session.run(inputs))) as OutOfMemoryError;
  expect(error.message).toMatch(/^LimitedHeap cannot allocate \d+ bytes: \d+ bytes are live of a limit of \d+/);
  expect(error.limitBytes).toBe(limited.limitBytes);
  expect(error.liveBytes + error.requestedBytes).toBeGreaterThan(limited.limitBytes);
  expect(session.report().spilledBytes).toBeGreaterThan(0);
  freeBlobs(inputs);
  await session.dispose();
});

test("a planned run is refused before it begins: nothing is spilled", async () => {
  const limited = new LimitedHeap();
  const session = await createSession(DETECTOR.path, { allocator: limited, threads: 1 });
  const inputs = inputsOf(DETECTOR, DETECTOR.shapes[0]!, 0, limited);
  freeBlobs(session.run(inputs));
  freeBlobs(session.run(inputs));
  expect(session.report().plannedRuns).toBe(1);
  limited.limitBytes = limited.stats().liveBytes + session.report().plannedBytes - 1;
  expect(await errorOf(() => session.run(inputs))).toBeInstanceOf(OutOfMemoryError);
  expect(await errorOf(() => session.runAsync(inputs))).toBeInstanceOf(OutOfMemoryError);
  limited.limitBytes++;
  freeBlobs(session.run(inputs));
  freeBlobs(await session.runAsync(inputs));
  expect(session.report()).toMatchObject({ spilledBytes: 0, plannedRuns: 3, runs: 4 });
  freeBlobs(inputs);
  await session.dispose();
});

test("a refused run of one session does not touch a run of another that is under way", async () => {
  const limited = new LimitedHeap();
  const [expected] = await references(RECOGNISER);
  const sessions: NativeSession[] = [];
  for (const { path } of [DETECTOR, RECOGNISER])
    sessions.push(await createSession(path, { allocator: limited, threads: 1 }));
  const [detector, recogniser] = sessions as [NativeSession, NativeSession];
  const image = inputsOf(DETECTOR, DETECTOR.shapes[0]!, 0, limited);
  const line = inputsOf(RECOGNISER, RECOGNISER.shapes[0]!, 0, limited);
  freeBlobs(recogniser.run(line));
  freeBlobs(recogniser.run(line));
  // The recogniser's run is planned: all of its memory is there when the detector hits the limit.
  const underWay = recogniser.runAsync(line);
  limited.limitBytes = limited.stats().liveBytes + 1_000_000;
  expect(await errorOf(() => detector.run(image))).toBeInstanceOf(OutOfMemoryError);
  const outputs = await underWay;
  expect(differing(outputs, expected!)).toEqual([]);
  expect(Object.keys(bytesOf(outputs))).toHaveLength(1);
  for (const blobs of [outputs, image, line]) freeBlobs(blobs);
  await Promise.all(sessions.map((session) => session.dispose()));
  expect(limited.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
});

test("300 runs with limits that change at random give right bytes or an OutOfMemoryError, and leak nothing", async () => {
  const { successes, refusals, failures } = await randomLimits(300, 20_261_122);
  expect(failures).toEqual([]);
  expect(successes).toBeGreaterThan(30);
  expect(refusals).toBeGreaterThan(30);
});
