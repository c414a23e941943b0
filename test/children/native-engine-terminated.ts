/**
 * Worker threads that end in the midst of what the native engine does for them, since their owner terminates them or they
 * exit themselves. Each stops within its allocator, at a call that `workerData` says. Prints as JSON what was seen: the
 * cases, how often a thread ended elsewhere than it should, and what this thread's sessions compute afterwards.
 */
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { createSession } from "../../src/engines/onnxruntime-native/create-session.ts";
import { CLASSIFIER, differing, freeBlobs, inputsOf, references } from "../support/native-engine.ts";
import { HookedHeap } from "../support/hooked-heap.ts";

/** Where a thread ends. */
interface Case {
  readonly during: "run" | "runAsync" | "creation";
  readonly by: "terminate" | "exit" | "main's exit";
  /** Before an allocation, or after a free. */
  readonly at: "alloc" | "free";
  /** How many of them go well before it. */
  readonly calls: number;
  readonly replay?: "native" | "callbacks";
  readonly threads?: number;
}

interface Setting extends Case {
  /** 1: it is where it is to end. 2: it came past it. */
  readonly state: Int32Array;
}

const HERE = 1;
const PAST = 2;

const CASES: readonly Case[] = [
  { during: "run", by: "terminate", at: "alloc", calls: 0 },
  { during: "run", by: "terminate", at: "alloc", calls: 40, replay: "callbacks" },
  { during: "run", by: "exit", at: "alloc", calls: 70 },
  { during: "run", by: "terminate", at: "free", calls: 30, threads: 2 },
  { during: "runAsync", by: "terminate", at: "alloc", calls: 0, replay: "callbacks" },
  { during: "runAsync", by: "terminate", at: "alloc", calls: 60, threads: 2 },
  { during: "runAsync", by: "exit", at: "alloc", calls: 90 },
  { during: "runAsync", by: "terminate", at: "free", calls: 20 },
  { during: "creation", by: "terminate", at: "alloc", calls: 3 },
  { during: "creation", by: "exit", at: "free", calls: 1 },
];

/** A thread of this file. Node 20 does not hand the loader for TypeScript on to its threads. */
function start(setting: Setting): Worker {
  const code = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  return new Worker(code, { eval: true, workerData: setting });
}

async function end(ending: Case): Promise<boolean> {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = start({ ...ending, state });
  const errors: unknown[] = [];
  worker.on("error", (error) => errors.push(error));
  const exit = new Promise((resolve) => {
    worker.once("exit", resolve);
  });
  if (ending.by !== "exit") {
    // The thread stands still in its allocator, so it is asked for by looking.
    while (Atomics.load(state, 0) === 0 && errors.length === 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
    if (ending.by === "main's exit") {
      process.stdout.write(JSON.stringify({ state: state[0], errors }));
      process.exit(0);
    }
    await worker.terminate();
  }
  await exit;
  for (const error of errors) process.stderr.write(`${String(error)}\n`);
  return errors.length === 0 && state[0] === HERE;
}

async function main(): Promise<void> {
  if (process.argv[2] === "main's exit") {
    await end({ during: "runAsync", by: "main's exit", at: "alloc", calls: 10 });
    return;
  }
  const right: boolean[] = [];
  const wrong: string[] = [];
  const [expected] = await references(CLASSIFIER);
  for (const ending of CASES) {
    right.push(await end(ending));
    // The next session of the process is as good as any.
    const heap = new HookedHeap();
    const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 1 });
    const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
    const outputs = session.run(inputs);
    wrong.push(...differing(outputs, expected!));
    freeBlobs(outputs);
    freeBlobs(inputs);
    await session.dispose();
    if (heap.stats().liveCount !== 0 || heap.stats().totalCount < 50) wrong.push("not in its own heap");
  }
  process.stdout.write(JSON.stringify({ right, wrong }));
}

async function work({ during, by, at, calls, replay, threads = 1, state }: Setting): Promise<void> {
  const heap = new HookedHeap();
  const options = { allocator: heap, planned: false, threads, replay };
  let left = calls;
  const hook = (): void => {
    if (left-- !== 0) return;
    Atomics.store(state, 0, HERE);
    if (by === "exit") process.exit(3);
    // Nobody wakes it: it is terminated here.
    Atomics.wait(state, 0, HERE);
    Atomics.store(state, 0, PAST);
  };
  const arm = (): void => {
    if (at === "alloc") heap.beforeAlloc = hook;
    else heap.afterFree = hook;
  };
  // What a thread does once goes first: koffi does not survive a termination while it is set up.
  await (await createSession(CLASSIFIER.path, options)).dispose();
  if (during === "creation") arm();
  const session = await createSession(CLASSIFIER.path, options);
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
  arm();
  if (during === "run") session.run(inputs);
  else await session.runAsync(inputs);
  Atomics.store(state, 0, PAST);
}

if (isMainThread) await main();
else await work(workerData as Setting);
