import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceEvent } from "./event.ts";
import { parseTrace } from "./read-trace.ts";
import { TraceError } from "./trace-error.ts";
import { TraceWriter } from "./trace-writer.ts";

const name = fc.string({ unit: "grapheme" });
const t = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const id = fc.maxSafeInteger();
const size = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const optional = { requiredKeys: ["op", "id", "t"] as ("op" | "id" | "t")[] };
const anyEvent: fc.Arbitrary<TraceEvent> = fc.oneof(
  fc.record(
    { op: fc.constant("a" as const), id, size, t, label: name, site: name, extra: fc.jsonValue({ maxDepth: 2 }) },
    { requiredKeys: ["op", "id", "size", "t"] },
  ),
  fc.record({ op: fc.constant("f" as const), id, t, size }, optional),
  fc.record(
    { op: fc.constantFrom("l" as const, "u" as const), id, t, mode: fc.constantFrom("r" as const, "w") },
    optional,
  ),
  fc.record({ op: fc.constant("m" as const), phase: name, t }),
);

describe("TraceWriter", () => {
  test("what is written is read again, for any events and any size of chunks", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.integer({ min: 1, max: 1_000 }), (events, chunkBytes) => {
        const writer = new TraceWriter({ chunkBytes });
        for (const event of events) writer.write(event);
        const trace = parseTrace(writer.bytes());
        expect(trace.problems.count).toBe(0);
        // What JSON makes of a value: -0 becomes 0.
        expect(trace.events).toEqual(JSON.parse(JSON.stringify(events)));
      }),
    );
  });

  test("the calls of a recorder write what `write` writes", () => {
    const natural = fc.oneof(
      fc.nat(),
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31),
    );
    const time = fc.oneof(
      fc.nat({ max: 2 ** 40 }).map((ticks) => ticks / 10_000),
      fc.constantFrom(0, 0.5, 0.0001, 0.9999, 1e10),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(natural, natural, time, fc.option(name, { nil: undefined }), fc.option(name, { nil: undefined })),
        ),
        fc.integer({ min: 1, max: 1_000 }),
        (rows, chunkBytes) => {
          const [fast, plain] = [new TraceWriter({ chunkBytes }), new TraceWriter({ chunkBytes })];
          for (const [id, size, t, label, site] of rows) {
            fast.alloc(id, size, t, label, site);
            fast.lock(id, t, "r");
            fast.lock(id, t, "w");
            fast.lock(id, t);
            fast.unlock(id, t);
            fast.mark(label ?? "", t);
            fast.free(id, t);
            const names = { ...(label !== undefined && { label }), ...(site !== undefined && { site }) };
            plain.write({ op: "a", id, size, t, ...names });
            plain.write({ op: "l", id, t, mode: "r" });
            plain.write({ op: "l", id, t, mode: "w" });
            plain.write({ op: "l", id, t });
            plain.write({ op: "u", id, t });
            plain.write({ op: "m", phase: label ?? "", t });
            plain.write({ op: "f", id, t });
          }
          const trace = parseTrace(fast.bytes());
          expect(trace.problems.list).toEqual([]);
          expect(trace.events).toEqual(parseTrace(plain.bytes()).events);
        },
      ),
    );
  });

  test("writes a header with the fields it is given", () => {
    const { header } = parseTrace(new TraceWriter({ header: { machine: "m", startedAt: "then" } }).bytes());
    expect(header).toEqual({
      format: "tensorheap-trace",
      version: 1,
      producer: "tensorheap",
      startedAt: "then",
      machine: "m",
    });
  });

  test.each([
    { op: "a", id: 1, t: 0 },
    { op: "a", id: 1, size: -1, t: 0 },
    { op: "f", id: 1.5, t: 0 },
    { op: "m", phase: "x", t: Number.NaN },
    {},
  ])("refuses %j, which is no event, and writes nothing of it", (event) => {
    const writer = new TraceWriter();
    expect(() => writer.write(event as never)).toThrow(TraceError);
    expect(parseTrace(writer.bytes())).toMatchObject({ events: [], problems: { count: 0 } });
  });

  test("refuses an event at the bound, and after close", async () => {
    const writer = new TraceWriter({ chunkBytes: 100, maxBufferedBytes: 500 });
    let written = 0;
    const event = { op: "m", phase: "p", t: 0 } as const;
    expect(() => {
      for (; ; written++) writer.write(event);
    }).toThrow(/above the bound of 500/);
    expect(written).toBeGreaterThan(5);
    const closing = new TraceWriter();
    await closing.close();
    expect(() => closing.write(event)).toThrow(/closed/);
  });

  test("writes to a WritableStream, and ends it unless told not to", async () => {
    for (const endStream of [true, false]) {
      const decoder = new TextDecoder();
      let text = "";
      let isEnded = false;
      const stream = new WritableStream<Uint8Array>({
        write: async (chunk) => {
          await new Promise((resolve) => setTimeout(resolve));
          text += decoder.decode(chunk, { stream: true });
        },
        close: () => {
          isEnded = true;
        },
      });
      const writer = new TraceWriter({ stream, endStream, chunkBytes: 300 });
      for (let i = 0; i < 100; i++) writer.write({ op: "m", phase: `${i} 漢`, t: i });
      await writer.close();
      expect(parseTrace(text).events.length).toBe(100);
      expect(isEnded).toBe(endStream);
    }
  });

  test("a WritableStream that it does not end is free for the next writer", async () => {
    let text = "";
    const decoder = new TextDecoder();
    const stream = new WritableStream<Uint8Array>({ write: (chunk) => void (text += decoder.decode(chunk)) });
    for (let i = 0; i < 3; i++) {
      const writer = new TraceWriter({ stream, endStream: false });
      writer.write({ op: "m", phase: `${i}`, t: i });
      await writer.close();
      await writer.drained();
      expect(stream.locked).toBe(false);
    }
    expect(parseTrace(text).events.length).toBe(3);
  });

  test("tells of a stream that failed, at the next event that can be refused, and when it is closed", async () => {
    const stream = new WritableStream<Uint8Array>({
      write: () => {
        throw new Error("unplugged");
      },
    });
    const writer = new TraceWriter({ stream, chunkBytes: 50 });
    await expect(writer.drained()).rejects.toThrow(/unplugged/);
    expect(() => {
      for (let i = 0; i < 100; i++) writer.write({ op: "m", phase: "p", t: 0 });
    }).toThrow(/unplugged/);
    writer.free(1, 2);
    await expect(writer.close()).rejects.toThrow(TraceError);
  });

  test("refuses a stream that somebody else writes to", () => {
    const stream = new WritableStream<Uint8Array>();
    stream.getWriter();
    expect(() => new TraceWriter({ stream })).toThrow(/writer already/);
  });

  test("refuses a header that JSON does not have, or that is no object of fields", () => {
    for (const header of [
      { big: 1n },
      5,
      null,
      [1],
      "x",
      { op: "a" },
      { toJSON: () => 5 },
      { x: "x".repeat(2 ** 20) },
    ]) {
      expect(() => new TraceWriter({ header: header as never })).toThrow(TraceError);
    }
  });

  test("keeps format and version, whatever the header is given", () => {
    const { header } = parseTrace(new TraceWriter({ header: { format: "x", version: 99, who: "me" } }).bytes());
    expect(header).toMatchObject({ format: "tensorheap-trace", version: 1, who: "me" });
  });

  test("cuts texts that would make a line longer than readers take, and refuses such an event", () => {
    const writer = new TraceWriter();
    const long = "\u0001".repeat(2_000_000);
    writer.alloc(1, 1, 0, long, long);
    writer.mark(long, 0);
    expect(() => writer.write({ op: "m", phase: long, t: 0 })).toThrow(/Shorten/);
    expect(() => writer.write({ op: "m", phase: "x", t: 0, extra: 1n })).toThrow(TraceError);
    const { events, problems } = parseTrace(writer.bytes());
    expect(problems.list).toEqual([]);
    for (const text of [events[0]!["label"], events[0]!["site"], events[1]!["phase"]]) {
      expect(text).toBe(`${"\u0001".repeat(2 ** 16 - 1)}…`);
    }
  });

  test("gives ids above those that were written, and time that never falls", () => {
    const writer = new TraceWriter();
    writer.write({ op: "a", id: 7, size: 1, t: 1e6 });
    expect([writer.newId(), writer.newId()]).toEqual([8, 9]);
    expect([writer.time(), writer.time(() => 5), writer.time(() => 1e7)]).toEqual([1e6, 1e6, 1e7]);
  });

  test.each([null, 5, { chunkBytes: Infinity }, { chunkBytes: Number.NaN }])("refuses the options %o", (options) => {
    expect(() => new TraceWriter(options as never)).toThrow(TraceError);
  });

  test("what was recorded above the bound, since it could not be refused, arrives as well", async () => {
    let text = "";
    const decoder = new TextDecoder();
    const stream = new WritableStream<Uint8Array>({ write: (chunk) => void (text += decoder.decode(chunk)) });
    const memory = new TraceWriter({ chunkBytes: 50, maxBufferedBytes: 200 });
    const streaming = new TraceWriter({ stream, chunkBytes: 50, maxBufferedBytes: 200 });
    for (const writer of [memory, streaming]) for (let id = 0; id < 500; id++) writer.free(id, id);
    await streaming.drained();
    expect(parseTrace(text).events.length).toBe(500);
    expect(parseTrace(memory.bytes()).events.length).toBe(500);
  });

  test("gives its bytes only where they are in memory", () => {
    expect(() => new TraceWriter({ stream: new WritableStream() }).bytes()).toThrow(TraceError);
  });
});
