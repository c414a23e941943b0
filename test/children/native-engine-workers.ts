/**
 * Four worker threads make sessions at the same moment, each with an allocator of its own, and run them. One is terminated
 * in the midst of it. Prints what each found, as JSON.
 */
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { createSession } from "../../src/engines/onnxruntime-native/create-session.ts";
import { CLASSIFIER, differing, freeBlobs, inputsOf, references } from "../support/native-engine.ts";

const WORKERS = 4;

/** A thread of this file. Node 20 does not hand the loader for TypeScript on to its threads. */
function start(index: number): Worker {
  const code = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  return new Worker(code, { eval: true, workerData: index });
}

async function main(): Promise<void> {
  const found = Array.from({ length: WORKERS }, (_, i) => {
    const worker = start(i);
    return new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  });
  // This thread makes sessions meanwhile, too.
  const own = await useSessions();
  const results = await Promise.all(found);
  const doomed = start(-1);
  await new Promise((resolve) => {
    doomed.once("message", resolve);
  });
  await doomed.terminate();
  const after = await useSessions();
  process.stdout.write(JSON.stringify({ own, results, after }));
}

async function work(index: number): Promise<void> {
  if (index >= 0) {
    parentPort!.postMessage(await useSessions(), []);
    return;
  }
  const heap = new HeapAllocator();
  const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 1 });
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[1]!, 0, heap);
  for (let run = 0; ; run++) {
    freeBlobs(await session.runAsync(inputs));
    if (run === 3) parentPort!.postMessage("running", []);
  }
}

async function useSessions(): Promise<unknown> {
  const heap = new HeapAllocator();
  const [expected] = await references(CLASSIFIER);
  const wrong: string[] = [];
  for (let round = 0; round < 5; round++) {
    const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 1 });
    const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
    for (let run = 0; run < 3; run++) {
      const outputs = run === 1 ? await session.runAsync(inputs) : session.run(inputs);
      wrong.push(...differing(outputs, expected!));
      freeBlobs(outputs);
    }
    freeBlobs(inputs);
    await session.dispose();
  }
  const { liveCount, totalCount } = heap.stats();
  return { wrong, liveCount, usesItsOwnHeap: totalCount > 100 };
}

if (isMainThread) await main();
else await work(workerData as number);
