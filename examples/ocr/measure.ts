/** Time and garbage collections of a piece of work. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PerformanceObserver, performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

export interface Measurement<T> {
  readonly value: T;
  readonly milliseconds: number;
  readonly collections: number;
  readonly collectionMilliseconds: number;
  /** The most that all array buffers together grew, garbage included, seen between runs of the engine. */
  readonly arrayBytes: number;
}

/** What `node --expose-gc` offers, without starting Node.js that way. */
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collects the garbage first, so that the work does not pay for what was done before it. */
export async function measure<T>(work: () => Promise<T>): Promise<Measurement<T>> {
  collectGarbage();
  await delay(1);
  let collections = 0;
  let collectionMilliseconds = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      collections++;
      collectionMilliseconds += entry.duration;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  const arrayBytesBefore = process.memoryUsage().arrayBuffers;
  let arrayBytes = 0;
  const look = setInterval(() => {
    arrayBytes = Math.max(arrayBytes, process.memoryUsage().arrayBuffers - arrayBytesBefore);
  }, 10);
  const start = performance.now();
  try {
    const value = await work();
    const milliseconds = performance.now() - start;
    // Entries come in a later turn of the event loop.
    await delay(1);
    return { value, milliseconds, collections, collectionMilliseconds, arrayBytes };
  } finally {
    observer.disconnect();
    clearInterval(look);
  }
}

/** The middle one; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
