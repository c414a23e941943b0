/**
 * What once crashed a process that has ONNX Runtime in its heap, one at a time, by the name in the first argument. Prints
 * "survived" and what was seen, as JSON, when it comes to its end. Run with --expose-gc.
 */
import { createBlob } from "../../src/blob/create-blob.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { SystemAllocator } from "../../src/allocators/system.ts";
import { readFileSync } from "node:fs";
import { createSession } from "../../src/engines/onnxruntime-native/create-session.ts";
import { tinyModel } from "../../src/engines/onnxruntime/tiny-model.ts";
import type { TBlob } from "../../src/blob/tblob.ts";
import { HookedHeap } from "../support/hooked-heap.ts";
import { LimitedHeap } from "../support/limited-heap.ts";
import {
  CLASSIFIER,
  RECOGNISER,
  bytesOf,
  differing,
  freeBlobs,
  inputsOf,
  references,
} from "../support/native-engine.ts";
import { HUGE, SUM } from "../support/native-models.ts";

type Seen = Readonly<Record<string, unknown>>;

const SCENARIOS: Readonly<Record<string, () => Promise<Seen>>> = {
  refusals,
  throwing,
  parallel,
  forgotten,
  small,
  collections,
  huge,
  reentrant,
  exit,
  exitAtFirst,
  uncaught,
  queued,
  nested,
  settings,
  collected,
};

function collect(): void {
  for (let i = 0; i < 3; i++) globalThis.gc!();
}

async function nameOfError(run: () => unknown): Promise<string> {
  try {
    await run();
    return "none";
  } catch (error) {
    return error instanceof Error ? error.name : `a ${typeof error}`;
  }
}

/** Every allocation of a run is refused in turn. */
async function refusals(): Promise<Seen> {
  const limited = new LimitedHeap();
  const session = await createSession(CLASSIFIER.path, { allocator: limited, planned: false, threads: 1 });
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, limited);
  const before = limited.stats().totalCount;
  freeBlobs(session.run(inputs));
  const count = limited.stats().totalCount - before;
  const errors = new Set<string>();
  for (let left = 0; left < count; left++) {
    limited.allocationsLeft = left;
    errors.add(await nameOfError(() => (left % 2 === 0 ? session.run(inputs) : session.runAsync(inputs))));
  }
  return { errors: [...errors], points: count > 50 };
}

/** An allocator whose methods throw what they should not. */
async function throwing(): Promise<Seen> {
  const allocator = new HookedHeap();
  const session = await createSession(CLASSIFIER.path, { allocator, threads: 1 });
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, new HeapAllocator());
  const errors: string[] = [];
  for (const thrown of [new TypeError("broken"), "no error at all", null]) {
    allocator.beforeAlloc = allocator.afterFree = () => {
      throw thrown;
    };
    errors.push(await nameOfError(() => session.run(inputs)));
    errors.push(await nameOfError(() => session.runAsync(inputs)));
    allocator.beforeAlloc = allocator.afterFree = undefined;
  }
  const outputs = session.run(inputs);
  return { errors, outputs: Object.keys(outputs).length };
}

/** Nodes in parallel would wait for this thread, which waits for them. */
async function parallel(): Promise<Seen> {
  const options = { executionMode: "parallel" } as object;
  return { error: await nameOfError(() => createSession(tinyModel(SUM), options)) };
}

/** Input memory that no JavaScript mentions while the engine reads it. */
async function forgotten(): Promise<Seen> {
  const session = await createSession(RECOGNISER.path, { threads: 1 });
  const [expected] = await references(RECOGNISER);
  const wrong: string[] = [];
  for (let round = 0; round < 4; round++) {
    const outputs = await forget();
    wrong.push(...differing(outputs, expected!));
  }
  return { wrong };

  function forget(): Promise<Record<string, TBlob>> {
    const source = inputsOf(RECOGNISER, RECOGNISER.shapes[0]!, 0, new HeapAllocator());
    const map = source["x"]!.rmap();
    const data = new Float32Array(new SharedArrayBuffer(map.bytes.byteLength));
    data.set(map.data as Float32Array);
    const running = session.runAsync({ x: createBlob({ precision: "FP32", dims: source["x"]!.desc.dims }, { data }) });
    setTimeout(collect, 1);
    setTimeout(collect, 5);
    return running;
  }
}

/** Tensors of up to 64 bytes in the runtime's own arrays, which V8 would move. */
async function small(): Promise<Seen> {
  const allocator = new SystemAllocator();
  const session = await createSession(tinyModel(SUM), { allocator, threads: 1 });
  let wrong = 0;
  for (let round = 0; round < 40; round++) {
    const [a, b] = [1, 2].map((value) => {
      const blob = createBlob({ precision: "FP32", dims: [4] }, { data: new Float32Array(4).fill(value + round) });
      return blob;
    }) as [TBlob, TBlob];
    if (round % 4 === 0) collect();
    const { y } = round % 2 === 0 ? session.run({ a, b }) : await session.runAsync({ a, b });
    collect();
    const map = y!.rmap();
    if ((map.data as Float32Array)[3] !== 3 + 2 * round) wrong++;
    map.dispose();
    y!.deallocate();
  }
  return { wrong };
}

/** Collections after everything, of everything that can go: the library, callbacks, names, views. */
async function collections(): Promise<Seen> {
  const wrong: string[] = [];
  const [expected] = await references(CLASSIFIER);
  const heap = new HeapAllocator();
  for (let round = 0; round < 3; round++) {
    const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 2 });
    collect();
    for (let run = 0; run < 4; run++) {
      const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
      const running = session.runAsync(inputs);
      collect();
      const outputs = await running;
      collect();
      wrong.push(...differing(outputs, expected!));
      freeBlobs(outputs);
      freeBlobs(inputs);
    }
    await session.dispose();
    collect();
  }
  heap.check();
  return { wrong, live: heap.stats().liveCount };
}

/** A tensor that no machine has room for, made of an input of a few bytes. */
async function huge(): Promise<Seen> {
  const limited = new LimitedHeap();
  const session = await createSession(tinyModel(HUGE), { allocator: limited, threads: 1 });
  const shape = createBlob({ precision: "I64", dims: [1] }, { allocator: limited });
  const write = (elements: bigint): void => {
    const map = shape.wmap();
    map.data[0] = elements;
    map.dispose();
  };
  limited.limitBytes = 2 ** 20;
  write(3n * 2n ** 28n);
  const errors = [
    await nameOfError(() => session.run({ shape })),
    await nameOfError(() => session.runAsync({ shape })),
  ];
  write(100n);
  const { y } = session.run({ shape });
  return { errors, elements: y!.size };
}

/** An allocator that uses the session in the midst of its run. */
async function reentrant(): Promise<Seen> {
  const heap = new HookedHeap();
  const errors: string[] = [];
  const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 1 });
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
  heap.beforeAlloc = () => {
    heap.beforeAlloc = undefined;
    try {
      session.run(inputs);
    } catch (error) {
      errors.push((error as Error).name);
    }
    void session.dispose();
  };
  const outputs = session.run(inputs);
  freeBlobs(outputs);
  freeBlobs(inputs);
  await session.dispose();
  return { errors, live: heap.stats().liveCount };
}

/** The process ends while the engine runs elsewhere, and sessions were not disposed of. */
async function exit(): Promise<Seen> {
  const session = await createSession(RECOGNISER.path, { threads: 2 });
  const inputs = inputsOf(RECOGNISER, { x: [1, 3, 48, 960] }, 0, new HeapAllocator());
  freeBlobs(await session.runAsync(inputs));
  void session.runAsync(inputs);
  process.stdout.write(JSON.stringify({ survived: "exit" }));
  process.exit(0);
}

/** A run that nothing is known of: it calls back all the time, and waits for this thread each time. */
async function underWay(): Promise<void> {
  const session = await createSession(RECOGNISER.path, { threads: 1 });
  void session.runAsync(inputsOf(RECOGNISER, { x: [1, 3, 48, 960] }, 0, new HeapAllocator()));
  process.on("exit", (code) => process.stdout.write(`listener ${code}`));
}

async function exitAtFirst(): Promise<Seen> {
  await underWay();
  setTimeout(() => process.exit(7), 5);
  return {};
}

async function uncaught(): Promise<Seen> {
  await underWay();
  setTimeout(() => {
    throw new RangeError("a mistake of the caller");
  }, 5);
  return {};
}

/** An allocator that asks for another run when a run takes its block. */
async function queued(): Promise<Seen> {
  const heap = new HookedHeap();
  const session = await createSession(RECOGNISER.path, { allocator: heap, threads: 1 });
  const wide = inputsOf(RECOGNISER, { x: [1, 3, 48, 320] }, 0, heap);
  const narrow = inputsOf(RECOGNISER, { x: [1, 3, 48, 160] }, 0, heap);
  const expected = [bytesOf(session.run(wide)), bytesOf(session.run(narrow))];
  freeBlobs(session.run(wide));
  freeBlobs(session.run(narrow));
  const wrong: string[] = [];
  for (let round = 0; round < 5; round++) {
    let inner: Promise<Record<string, TBlob>> | undefined;
    heap.beforeAlloc = () => {
      heap.beforeAlloc = undefined;
      inner = session.runAsync(narrow);
    };
    for (const [i, run] of [session.runAsync(wide), inner!].entries()) {
      const outputs = await run;
      wrong.push(...differing(outputs, expected[i]!));
      freeBlobs(outputs);
    }
  }
  await session.dispose();
  return { wrong };
}

/** An allocator that makes a session while a session is made from it, and one that does so later. */
async function nested(): Promise<Seen> {
  const heap = new HookedHeap();
  const inner: Promise<string>[] = [];
  const ask = (): void => {
    heap.beforeAlloc = undefined;
    inner.push(nameOfError(() => createSession(tinyModel(SUM), { allocator: heap })));
  };
  heap.beforeAlloc = ask;
  const session = await createSession(CLASSIFIER.path, { allocator: heap, threads: 1 });
  const first = inner.length;
  const inputs = inputsOf(CLASSIFIER, CLASSIFIER.shapes[0]!, 0, heap);
  heap.beforeAlloc = ask;
  freeBlobs(session.run(inputs));
  return { first, errors: await Promise.all(inner) };
}

/** Settings and paths that a C function takes for something else. */
async function settings(): Promise<Seen> {
  const configs: unknown[] = [{ key: 1 }, { key: {} }, null, "abc", [], { "a\0b": "1" }, { a: "1\0" }];
  const errors = new Set<string>();
  for (const config of configs) {
    errors.add(await nameOfError(() => createSession(tinyModel(SUM), { config: config as Record<string, string> })));
  }
  errors.add(await nameOfError(() => createSession(`${CLASSIFIER.path}\0x`)));
  const config = Object.assign(Object.create(null) as Record<string, string>, { "session.set_denormal_as_zero": "1" });
  return { errors: [...errors], good: await nameOfError(() => createSession(tinyModel(SUM), { config })) };
}

/** Collects until the referent is gone, or for long enough. */
async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
    collect();
    if (ref.deref() === undefined) return true;
  }
  return false;
}

/** Blobs that are collected after the run that remembers them, and the bytes of a model that the engine goes on reading. */
async function collected(): Promise<Seen> {
  const heap = new HeapAllocator();
  const session = await createSession(tinyModel(SUM), { allocator: heap, threads: 1 });
  const floats = (): TBlob => createBlob({ precision: "FP32", dims: [4] }, { allocator: heap });
  const a = floats();
  const seen = ((): WeakRef<object> => {
    const b = floats();
    freeBlobs(session.run({ a, b }));
    b.deallocate();
    return new WeakRef(b);
  })();
  const isBlobGone = await isCollected(seen);
  const error = await nameOfError(() => session.run({ a }));
  const config = { "session.use_ort_model_bytes_directly": "1" };
  const { keeper, bytes } = await (async () => {
    const model = new Uint8Array(readFileSync(CLASSIFIER.path));
    return { keeper: await createSession(model, { config }), bytes: new WeakRef<object>(model) };
  })();
  const areBytesKept = !(await isCollected(bytes));
  await keeper.dispose();
  return { isBlobGone, error, areBytesKept, areBytesGone: await isCollected(bytes) };
}

const name = process.argv[2] ?? "";
const seen = await SCENARIOS[name]!();
process.stdout.write(JSON.stringify({ survived: name, ...seen }));
