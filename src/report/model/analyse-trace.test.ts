import { describe, expect, test } from "vitest";
import { HeapAllocator } from "../../allocators/heap.ts";
import type { TraceEvent } from "../../trace/event.ts";
import { analyseTrace } from "./analyse-trace.ts";
import { naiveAlive, naiveBlocks, sumOf } from "./naive-model.fixture.ts";
import type { NaiveBlock } from "./naive-model.fixture.ts";
import { randomEvents } from "./random-events.fixture.ts";

const CASES = await Promise.all(
  Array.from({ length: 150 }, async (_, seed) => {
    const events = randomEvents(seed);
    return { seed, events, model: await analyseTrace(events), blocks: naiveBlocks(events) };
  }),
);

describe("against a slow and plain reading of random traces", () => {
  test("blocks, peak, end and leaks agree", () => {
    for (const { seed, events, model, blocks } of CASES) {
      expect([...model.blocks.id], `seed ${seed}`).toEqual(blocks.map(({ id }) => id));
      expect([...model.blocks.size]).toEqual(blocks.map(({ size }) => size));
      expect([...model.blocks.from]).toEqual(blocks.map(({ from }) => from));
      expect([...model.blocks.to]).toEqual(blocks.map(({ to }) => to));
      expect([...model.blocks.label].map((label) => model.strings[label] ?? "")).toEqual(
        blocks.map(({ label }) => label),
      );

      const live = events.map((_, event) => sumOf(naiveAlive(blocks, event)));
      const most = Math.max(0, ...live);
      const peakEvent = Math.max(0, most === 0 ? 0 : live.indexOf(most));
      expect(model.peak).toEqual({
        event: peakEvent,
        bytes: most,
        count: most === 0 ? 0 : naiveAlive(blocks, peakEvent).length,
        mostBlocks: Math.max(0, ...events.map((_, event) => naiveAlive(blocks, event).length)),
      });
      const left = blocks.filter(({ to }) => to === events.length);
      expect(model.end).toEqual({ bytes: sumOf(left), count: left.length });
      expect(model.leaks.count).toBe(left.length);
      expect(model.leaks.bytes).toBe(sumOf(left));
      const listed = [...model.leaks.blocks].map((block) => model.blocks.size[block]!);
      expect(listed).toEqual(left.map(({ size }) => size).sort((a, b) => b - a));
    }
  });

  test("the tables by label and by phase agree", () => {
    for (const { seed, events, model, blocks } of CASES) {
      const { byLabel, byPhase, peak, phases } = model;
      const unnamed = phases.length === 0 ? "(no phase)" : "(before the first phase)";
      expectRows(byLabel, blocks, ({ label }) => label || "(no label)");
      expectRows(byPhase, blocks, ({ phase }) => phase || unnamed);

      function expectRows(
        rows: typeof byLabel,
        blocks: readonly NaiveBlock[],
        nameOf: (block: NaiveBlock) => string,
      ): void {
        expect(new Set(rows.map(({ name }) => name)), `seed ${seed}`).toEqual(new Set(blocks.map(nameOf)));
        for (const row of rows) {
          const own = blocks.filter((block) => nameOf(block) === row.name);
          const alive = naiveAlive(own, peak.event);
          expect(row).toEqual({
            name: row.name,
            bytesAtPeak: sumOf(alive),
            countAtPeak: alive.length,
            ownPeakBytes: Math.max(...events.map((_, event) => sumOf(naiveAlive(own, event)))),
            totalBytes: sumOf(own),
            totalCount: own.length,
          });
        }
      }
    }
  });

  test("blocks that are alive together never overlap in the replay, and the lower bound is what they need at least", () => {
    for (const { seed, events, model } of CASES) {
      const { blocks, plan, replay, fragmentation } = model;
      const granules = (block: number): number => Math.max(1, Math.ceil(blocks.size[block]! / 64));
      let bound = 0;
      for (let event = 0; event < events.length; event++) {
        const alive = [...blocks.id.keys()].filter(
          (block) => blocks.from[block]! <= event && blocks.to[block]! > event,
        );
        const places = alive.map(
          (block) => [blocks.granule[block]!, blocks.granule[block]! + granules(block)] as const,
        );
        places.sort(([a], [b]) => a - b);
        for (const [index, [begin]] of places.entries()) {
          expect(begin, `seed ${seed}`).toBeGreaterThanOrEqual(places[index - 1]?.[1] ?? 0);
        }
        for (const [begin, end] of places) {
          expect(replay.segments.some(({ from, to }) => begin >= from && end <= to)).toBe(true);
        }
        bound = Math.max(
          bound,
          alive.reduce((sum, block) => sum + Math.ceil(blocks.size[block]! / 64) * 64, 0),
        );
        const sample = fragmentation.event.indexOf(event);
        const live = alive.reduce((sum, block) => sum + blocks.size[block]!, 0);
        expect(sample < 0 ? live : fragmentation.live[sample]).toBe(live);
      }
      expect(plan.lowerBound).toBeGreaterThanOrEqual(bound);
      expect(plan.height).toBeGreaterThanOrEqual(plan.lowerBound);
    }
  });

  test("locks agree: each ends at its unlock, at its block's end, or never", () => {
    for (const { seed, events, model } of CASES) {
      const { locks, blocks } = model;
      const open: { from: number; block: number }[] = [];
      const ended: string[] = [];
      for (const [at, event] of events.entries()) {
        if (event.op === "m") continue;
        const block = [...blocks.id.keys()].findLast(
          (block) => blocks.id[block] === event.id && blocks.from[block]! < at,
        );
        const alive = block !== undefined && blocks.to[block]! >= at;
        if (event.op === "a" || event.op === "f") {
          for (const lock of open.filter((lock) => lock.block === block)) {
            ended.push(`${lock.block} ${lock.from} ${at}`);
            open.splice(open.indexOf(lock), 1);
          }
        } else if (event.op === "l" && alive && blocks.to[block]! > at) open.push({ from: at, block });
        else if (event.op === "u") {
          const lock = open.findLast((lock) => lock.block === block);
          if (lock === undefined) continue;
          ended.push(`${lock.block} ${lock.from} ${at}`);
          open.splice(open.indexOf(lock), 1);
        }
      }
      for (const lock of open) ended.push(`${lock.block} ${lock.from} ${events.length}`);
      const found = Array.from(locks.block, (block, lock) => `${block} ${locks.from[lock]} ${locks.to[lock]}`);
      expect(found.sort(), `seed ${seed}`).toEqual(ended.sort());
    }
  });
});

test("the footprint is what the heap says of itself", () => {
  for (const { seed, events, model } of CASES) {
    const heap = new HeapAllocator();
    const handles = new Map<number, ReturnType<HeapAllocator["alloc"]>>();
    for (const event of events) {
      if (event.op !== "a" && event.op !== "f") continue;
      const old = handles.get(event.id);
      if (old !== undefined) heap.free(old);
      handles.delete(event.id);
      if (event.op === "a") handles.set(event.id, heap.alloc(event.size));
    }
    expect(model.replay.footprintBytes, `seed ${seed}`).toBe(heap.stats().footprintBytes);
  }
});

test("an empty trace has a report, with nothing in it", async () => {
  const model = await analyseTrace([]);
  expect(model.counts.events).toBe(0);
  expect(model.peak).toEqual({ event: 0, bytes: 0, count: 0, mostBlocks: 0 });
  expect(model.plan).toEqual({ lowerBound: 0, height: 0, optimal: true, remark: "" });
  expect(model.replay.segments).toEqual([]);
  expect(model.problems).toEqual([]);
});

async function* slowly(): AsyncGenerator<TraceEvent> {
  yield { op: "a", id: 1, size: 100, t: 5 };
  yield await Promise.resolve({ op: "f", id: 1, t: 7.5 } as const);
}

test("events may come one by one, as a reader of a file gives them", async () => {
  const model = await analyseTrace(slowly());
  expect(model.durationMs).toBe(2.5);
  expect(model.peak.bytes).toBe(100);
});

test("what makes no sense is counted with the first event of its kind, and passed over", async () => {
  const events = [
    { op: "f", id: 9, t: 0 },
    { op: "a", id: 1, size: 10, t: 1 },
    { op: "a", id: 1, size: 20, t: 2 },
    { op: "u", id: 1, t: 3 },
    { op: "l", id: 7, t: 3 },
    { op: "l", id: 1, t: 1 },
    { op: "f", id: 1, t: 4 },
    { op: "f", id: 1, t: Number.NaN },
    { op: "a", id: 2, size: -1, t: 5 },
    { op: "?", id: 2, t: 5 },
  ] as unknown as TraceEvent[];
  const { problems, blocks, time } = await analyseTrace(events);
  expect(problems).toEqual([
    { what: "free of an id that is not alive", count: 2, event: 0 },
    { what: "allocation under an id that is alive (the older block ends there)", count: 1, event: 2 },
    { what: "unlock of an id that is not locked", count: 1, event: 3 },
    { what: "lock of an id that is not alive", count: 1, event: 4 },
    { what: "time that goes back", count: 1, event: 5 },
    { what: "block freed while it was locked", count: 1, event: 6 },
    { what: "event without a time", count: 1, event: 7 },
    { what: "allocation without a valid id and size", count: 1, event: 8 },
    { what: "event of an unknown kind", count: 1, event: 9 },
  ]);
  expect([...blocks.to]).toEqual([2, 6]);
  expect([...time]).toEqual([0, 1, 2, 3, 3, 3, 4, 4, 5, 5]);
});

test("a block that the heap cannot have is named, and the rest is placed", async () => {
  const events: TraceEvent[] = [
    { op: "a", id: 1, size: 2 ** 40, t: 0 },
    { op: "a", id: 2, size: 1000, t: 1 },
  ];
  const { replay, blocks } = await analyseTrace(events);
  expect(replay.unplaced).toBe(1);
  expect(replay.unplacedBecause).toContain("4 GiB");
  expect([...blocks.region]).toEqual([-1, 0]);
});

test("after a refusal smaller blocks are still placed, and larger ones again when something was freed", async () => {
  const huge = 2 ** 40;
  const { replay, blocks } = await analyseTrace([
    { op: "a", id: 1, size: huge, t: 0 },
    { op: "a", id: 2, size: huge + 1, t: 1 },
    { op: "a", id: 3, size: 64, t: 2 },
    { op: "f", id: 3, t: 3 },
    { op: "a", id: 4, size: huge, t: 4 },
    { op: "a", id: 5, size: 5000, t: 5 },
  ]);
  expect(replay.unplaced).toBe(3);
  expect([...blocks.region]).toEqual([-1, -1, 0, -1, 0]);
});

test("a trace of more blocks than are planned has a lower bound and says why it has no plan", async () => {
  const events: TraceEvent[] = Array.from({ length: 10 }, (_, id) => ({ op: "a", id, size: 64, t: id }));
  const { plan } = await analyseTrace(events, { planMaxBlocks: 9 });
  expect(plan).toEqual({
    lowerBound: 640,
    height: null,
    optimal: false,
    remark: "Not planned: 10 blocks are more than the 9 that a report plans.",
  });
});

test("marks become phases with their other fields, and blocks are summed up by where they were allocated", async () => {
  const model = await analyseTrace([
    { op: "m", phase: "create", t: 1, model: "det" },
    { op: "a", id: 1, size: 100, t: 2 },
    { op: "m", phase: "run", t: 3, in: "1x3", batch: 2 },
    { op: "a", id: 2, size: 50, t: 4, site: "a.ts:1:2" },
  ]);
  expect(model.phases).toEqual([
    { name: "create", detail: "model det", from: 0, to: 2 },
    { name: "run", detail: "in 1x3, batch 2", from: 2, to: 4 },
  ]);
  expect(model.byPhase.map(({ name, bytesAtPeak }) => [name, bytesAtPeak])).toEqual([
    ["create", 100],
    ["run", 50],
  ]);
  expect(model.strings[model.blocks.site[1]!]).toBe("a.ts:1:2");
});

test("size classes are powers of two, and every size falls into its own", async () => {
  const sizes = [0, 1, 2, 3, 4, 63, 64, 2 ** 20 - 1, 2 ** 20];
  const { sizeClasses } = await analyseTrace(sizes.map((size, id) => ({ op: "a", id, size, t: id })));
  for (const size of sizes) {
    const own = sizeClasses.filter(({ from, below, count }) => size >= from && size < below && count > 0);
    expect(own.length, `size ${size}`).toBe(1);
  }
  expect(sizeClasses.reduce((sum, { count }) => sum + count, 0)).toBe(sizes.length);
});

test.each([null, undefined, 5, {}])("%o are no events", async (events) => {
  await expect(analyseTrace(events as never)).rejects.toThrow(/takes the events of a trace/);
  await expect(analyseTrace([], null as never)).rejects.toThrow(/AnalyseOptions/);
});
