import { describe, expect, test } from "vitest";
import { LockOp } from "../allocator.ts";
import type { IAllocator } from "../allocator.ts";
import { HeapAllocator } from "../allocators/heap.ts";
import { PreallocatedAllocator } from "../allocators/preallocated.ts";
import { BlobError, LockError, OutOfMemoryError } from "../errors.ts";
import type { TraceEvent } from "../trace/event.ts";
import { parseTrace } from "../trace/read-trace.ts";
import { TraceError } from "../trace/trace-error.ts";
import { TraceWriter } from "../trace/trace-writer.ts";
import { validateTrace } from "../trace/validate-trace.ts";
import { describeAdaptor } from "./every-allocator.fixture.ts";
import { TraceAdaptor } from "./trace.ts";

describeAdaptor((upstream) => new TraceAdaptor(upstream));

/** A clock that goes on by one at each look. */
function counter(): () => number {
  let t = 0;
  return () => t++;
}

function recorded({ writer }: TraceAdaptor): readonly TraceEvent[] {
  const { events, problems } = parseTrace(writer.bytes());
  expect(problems.count).toBe(0);
  return events;
}

test("it records allocations, frees, locks and phases, with ids that are not used twice", () => {
  const traced = new TraceAdaptor(new HeapAllocator(), { now: counter() });
  traced.phase("load");
  const first = traced.alloc(100);
  traced.lock(first);
  traced.lock(first, LockOp.LOCK_FOR_READ);
  traced.unlock(first);
  traced.unlock(first);
  traced.free(first);
  traced.alloc(0);
  expect(recorded(traced)).toEqual([
    { op: "m", phase: "load", t: 0 },
    { op: "a", id: 1, size: 100, t: 1 },
    { op: "l", id: 1, t: 2, mode: "w" },
    { op: "l", id: 1, t: 3, mode: "r" },
    { op: "u", id: 1, t: 4 },
    { op: "u", id: 1, t: 5 },
    { op: "f", id: 1, t: 6 },
    { op: "a", id: 2, size: 0, t: 7 },
  ]);
});

test("calls that fail are not recorded", () => {
  const traced = new TraceAdaptor(new HeapAllocator({ maxBytes: 1024 }));
  const handle = traced.alloc(1);
  traced.lock(handle);
  expect(() => traced.alloc(4096)).toThrow(OutOfMemoryError);
  expect(() => traced.alloc(-1)).toThrow(RangeError);
  expect(traced.free(handle)).toBe(false);
  traced.unlock(handle);
  expect(() => traced.unlock(handle)).toThrow(LockError);
  expect(traced.free(handle)).toBe(true);
  expect(traced.free(handle)).toBe(false);
  expect(recorded(traced).map(({ op }) => op)).toEqual(["a", "l", "u", "f"]);
});

test("labels are those of the view that was allocated through, or the adaptor's own", () => {
  const traced = new TraceAdaptor(new HeapAllocator(), { label: "rest" });
  const detector = traced.labelled('det "1"\n漢');
  expect(traced.labelled('det "1"\n漢')).toBe(detector);
  const handle = detector.alloc(8);
  traced.alloc(16);
  detector.alloc(24);
  expect(traced.free(handle)).toBe(true);
  expect(recorded(traced).map(({ op, label }) => [op, label])).toEqual([
    ["a", 'det "1"\n漢'],
    ["a", "rest"],
    ["a", 'det "1"\n漢'],
    ["f", undefined],
  ]);
});

/** The sites of 500 blocks. */
function sites(option: number | false): readonly unknown[] {
  const traced = new TraceAdaptor(new HeapAllocator(), { sites: option });
  const labelled = traced.labelled("x");
  for (let i = 0; i < 500; i++) (i % 2 === 0 ? traced : labelled).alloc(1);
  return recorded(traced).map(({ site }) => site);
}

test("call sites are of every block, of a sample, or of none", () => {
  expect(sites(1).every((site) => /trace\.test\.ts:\d+:\d+/.test(String(site)))).toBe(true);
  const some = sites(10).filter((site) => site !== undefined);
  expect(some.length).toBeGreaterThan(20);
  expect(some.length).toBeLessThan(150);
  expect(sites(false).every((site) => site === undefined)).toBe(true);
});

test("locks can be left out", () => {
  const traced = new TraceAdaptor(new HeapAllocator(), { locks: false });
  const handle = traced.alloc(1);
  traced.lock(handle);
  traced.unlock(handle);
  expect(recorded(traced).map(({ op }) => op)).toEqual(["a"]);
});

test("a clock that goes back, or gives no number, stands still in the trace", () => {
  const times = [5, 3, Number.NaN, Infinity, -Infinity, 7.123_456, 7.999_99, 2 ** 33 + 0.5];
  const traced = new TraceAdaptor(new HeapAllocator(), { now: () => times.shift()! });
  for (let i = 0; i < 8; i++) traced.phase("x");
  expect(recorded(traced).map(({ t }) => t)).toEqual([5, 5, 5, 5, 5, 7.1235, 8, 2 ** 33 + 0.5]);
});

test("a clock that throws, or gives no plain number, costs no block and no free", () => {
  const clocks = [
    () => {
      throw new Error("no clock");
    },
    () => 1n,
    () => "5",
  ];
  for (const now of clocks) {
    const heap = new HeapAllocator();
    const traced = new TraceAdaptor(heap, { now: now as never });
    expect(traced.free(traced.alloc(8))).toBe(true);
    expect(heap.stats().liveCount).toBe(0);
    expect(recorded(traced).map(({ op, t }) => [op, t])).toEqual([
      ["a", 0],
      ["f", 0],
    ]);
  }
});

test("two adaptors on one writer share its ids and its time", async () => {
  const writer = new TraceWriter();
  const first = new TraceAdaptor(new HeapAllocator(), { writer });
  const second = new TraceAdaptor(new HeapAllocator(), { writer, now: counter() });
  for (let i = 0; i < 5; i++) {
    const handles = [first.alloc(1), second.alloc(2)] as const;
    if (i % 2 === 0) first.free(handles[0]);
    second.free(handles[1]);
  }
  const { isValid, allocs, endCount } = await validateTrace(writer.bytes());
  expect({ isValid, allocs, endCount }).toEqual({ isValid: true, allocs: 10, endCount: 2 });
});

test("a handle that is given out again while it is live ends the block before it", async () => {
  const traced = new TraceAdaptor(new PreallocatedAllocator(new Uint8Array(10)));
  traced.alloc(10);
  traced.alloc(5);
  expect(recorded(traced).map(({ op, id }) => [op, id])).toEqual([
    ["a", 1],
    ["f", 1],
    ["a", 2],
  ]);
  expect(await validateTrace(traced.writer.bytes())).toMatchObject({ isValid: true, endCount: 1, endBytes: 5 });
});

test("blocks that it did not see are locked and freed through it, and not recorded", () => {
  const heap = new HeapAllocator();
  const traced = new TraceAdaptor(heap);
  const handle = heap.alloc(10);
  traced.lock(handle);
  traced.unlock(handle);
  expect(traced.free(handle)).toBe(true);
  expect(recorded(traced)).toEqual([]);
});

/** An adaptor whose trace is soon at its bound. */
function full(upstream: IAllocator): TraceAdaptor {
  return new TraceAdaptor(upstream, { chunkBytes: 200, maxBufferedBytes: 1_000 });
}

describe("where the trace takes no more", () => {
  test("alloc, lock and phase refuse before anything changed, while unlock and free go on", () => {
    const heap = new HeapAllocator();
    const traced = full(heap);
    const handles = Array.from({ length: 5 }, () => traced.alloc(64));
    traced.lock(handles[0]!);
    expect(() => {
      for (let i = 0; i < 1_000; i++) traced.phase("on");
    }).toThrow(TraceError);
    const before = heap.stats();
    expect(() => traced.alloc(64)).toThrow(/bound of 1000.*maxBufferedBytes/);
    expect(() => traced.lock(handles[1]!)).toThrow(TraceError);
    expect(() => traced.phase("x")).toThrow(TraceError);
    expect(heap.stats()).toEqual(before);
    traced.unlock(handles[0]!);
    for (const handle of handles) expect(traced.free(handle)).toBe(true);
    expect(heap.stats().liveCount).toBe(0);
  });

  test("what ended meanwhile is in the trace once the target takes more", async () => {
    let isOpen = false;
    const taken: Uint8Array[] = [];
    let resume: (() => void) | undefined;
    const stream = new WritableStream<Uint8Array>({
      write: (chunk) => {
        taken.push(chunk);
        return isOpen ? undefined : new Promise<void>((resolve) => (resume = resolve));
      },
    });
    const traced = new TraceAdaptor(new HeapAllocator(), { stream, chunkBytes: 200, maxBufferedBytes: 1_000 });
    const handles: ReturnType<typeof traced.alloc>[] = [];
    expect(() => {
      for (;;) handles.push(traced.alloc(64));
    }).toThrow(/drained\(\)/);
    for (const handle of handles) traced.free(handle);
    await Promise.resolve();
    isOpen = true;
    const drained = traced.writer.drained();
    resume?.();
    await drained;
    handles.push(traced.alloc(1));
    await traced.close();
    const { events, problems } = parseTrace(new Uint8Array(await new Blob(taken as BlobPart[]).arrayBuffer()));
    expect(problems.count).toBe(0);
    expect(events.filter(({ op }) => op === "a").length).toBe(handles.length);
    expect(events.filter(({ op }) => op === "f").length).toBe(handles.length - 1);
  });
});

test("after close, calls go on and nothing is recorded", async () => {
  const traced = new TraceAdaptor(new HeapAllocator());
  const handle = traced.alloc(1);
  await traced.close();
  await traced.close();
  expect(traced.free(handle)).toBe(true);
  traced.phase("late");
  traced.alloc(2);
  expect(parseTrace(traced.writer.bytes()).events.map(({ op }) => op)).toEqual(["a"]);
});

test("disposing of it closes a writer of its own, and flushes one that was given", () => {
  const writer = new TraceWriter();
  let own: TraceWriter;
  {
    using traced = new TraceAdaptor(new HeapAllocator());
    using shared = new TraceAdaptor(new HeapAllocator(), { writer });
    shared.alloc(traced.alloc(1));
    own = traced.writer;
  }
  expect([own.isClosed, writer.isClosed]).toEqual([true, false]);
  expect(parseTrace(own.bytes()).events.length).toBe(1);
});

test("a writer that was given is shared, and stays open", async () => {
  const writer = new TraceWriter();
  {
    await using traced = new TraceAdaptor(new HeapAllocator(), { writer });
    traced.alloc(1);
  }
  writer.write({ op: "m", phase: "after", t: 9 });
  expect(parseTrace(writer.bytes()).events.length).toBe(2);
});

test.each([
  [null, TypeError],
  [5, TypeError],
  [{ label: 5 }, TypeError],
  [{ now: 5 }, TypeError],
  [{ writer: {} }, TypeError],
  [{ sites: 0 }, RangeError],
  [{ sites: "1" }, RangeError],
  [{ sites: true }, RangeError],
  [{ path: 5 }, TraceError],
  [{ stream: 5 }, TraceError],
  [{ path: "a", stream: new WritableStream() }, TraceError],
  [{ chunkBytes: 0 }, TraceError],
  [{ maxBufferedBytes: "x" }, TraceError],
])("refuses the options %o", (options, error) => {
  expect(() => new TraceAdaptor(new HeapAllocator(), options as never)).toThrow(error);
});

test("refuses phases and labels that are no strings", () => {
  const traced = new TraceAdaptor(new HeapAllocator());
  expect(() => traced.phase(5 as never)).toThrow(TypeError);
  expect(() => traced.labelled(undefined as never)).toThrow(TypeError);
  expect(() => new TraceAdaptor({} as never)).toThrow(BlobError);
});
