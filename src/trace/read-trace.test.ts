import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceEvent } from "./event.ts";
import { concatenated, gzip, lines, utf8 } from "./lines.fixture.ts";
import { loadTrace, parseTrace, readTrace } from "./read-trace.ts";
import { TraceError } from "./trace-error.ts";
import { validateTrace } from "./validate-trace.ts";

const HEADER = { format: "tensorheap-trace", version: 1, producer: "a test" };
const EVENTS: TraceEvent[] = [
  { op: "m", phase: "run", t: 0, input: "1x3" },
  { op: "a", id: 1, size: 100, t: 0.5, label: "détecteur 漢字 🙂", site: "main.ts:3:7" },
  { op: "l", id: 1, t: 1, mode: "w" },
  { op: "u", id: 1, t: 1.25 },
  { op: "a", id: 2, size: 0, t: 2, kind: "reserve" },
  { op: "f", id: 1, size: 100, t: 3 },
];
const TEXT = lines(HEADER, ...EVENTS);

/** Problems as `line kind`. */
function told(trace: { problems: { list: readonly { kind: string; line: number }[] } }): string[] {
  return trace.problems.list.map(({ kind, line }) => `${line} ${kind}`);
}

/** @returns what it throws, or undefined when every event is there or told to be missing */
function readOrRefuse(bytes: Uint8Array): unknown {
  try {
    const { events, problems } = parseTrace(bytes);
    return events.length + problems.unknownOps >= EVENTS.length || problems.count > 0
      ? undefined
      : "an event is missing";
  } catch (error) {
    return error;
  }
}

async function collect(source: Parameters<typeof readTrace>[0]): Promise<{ events: TraceEvent[]; problems: string[] }> {
  const reading = readTrace(source);
  const events: TraceEvent[] = [];
  for await (const event of reading) events.push(event);
  return { events, problems: told(reading) };
}

describe("parseTrace", () => {
  test("reads header and events, and keeps fields that it does not know", () => {
    const trace = parseTrace(TEXT);
    expect(trace.header).toEqual(HEADER);
    expect(trace.events).toEqual(EVENTS);
    expect(trace.problems.count).toBe(0);
  });

  test("reads a trace without a header", () => {
    const trace = parseTrace(lines(...EVENTS));
    expect(trace.header).toBeUndefined();
    expect(trace.events).toEqual(EVENTS);
  });

  test("reads a byte order mark, lines that end in CRLF, blank lines, and a last line without an end", () => {
    const text = `\uFEFF${TEXT.replaceAll("\n", "\r\n")}\r\n  \n{"op":"f","id":2,"t":4}`;
    for (const trace of [parseTrace(text), parseTrace(utf8(text))]) {
      expect(trace.header).toEqual(HEADER);
      expect(trace.events).toEqual([...EVENTS, { op: "f", id: 2, t: 4 }]);
      expect(trace.problems.count).toBe(0);
    }
  });

  test("skips lines whose op it does not know, and counts them", () => {
    const trace = parseTrace(lines({ op: "grow", bytes: 3 }, ...EVENTS, { op: "x" }));
    expect(trace.events).toEqual(EVENTS);
    expect(trace.problems).toMatchObject({ count: 0, unknownOps: 2 });
  });

  test.each([
    ["no JSON", "{op:a}", "not-json"],
    ["an array", "[]", "not-an-event"],
    ["null", "null", "not-an-event"],
    ["an object without op", "{}", "not-an-event"],
    ["an op that is no string", '{"op":1,"t":0}', "not-an-event"],
    ["no time", '{"op":"a","id":1,"size":1}', "not-an-event"],
    ["a time that is text", '{"op":"a","id":1,"size":1,"t":"1"}', "not-an-event"],
    ["a time beyond all numbers", '{"op":"a","id":1,"size":1,"t":1e999}', "not-an-event"],
    ["no id", '{"op":"f","t":0}', "not-an-event"],
    ["an id with a fraction", '{"op":"l","id":1.5,"t":0}', "not-an-event"],
    ["no size", '{"op":"a","id":1,"t":0}', "not-an-event"],
    ["a size below 0", '{"op":"a","id":1,"size":-1,"t":0}', "not-an-event"],
    ["a size of a free below 0", '{"op":"f","id":1,"size":-1,"t":0}', "not-an-event"],
    ["a size above 2^53", '{"op":"a","id":1,"size":9007199254740993,"t":0}', "not-an-event"],
    ["a label that is a number", '{"op":"a","id":1,"size":1,"t":0,"label":3}', "not-an-event"],
    ["a mode that does not exist", '{"op":"l","id":1,"t":0,"mode":"x"}', "not-an-event"],
    ["a phase that is missing", '{"op":"m","t":0}', "not-an-event"],
    ["a second header", JSON.stringify(HEADER), "late-header"],
  ])("skips a line with %s, names it, and reads the rest", (_, line, kind) => {
    const trace = parseTrace(`${TEXT}${line}\n${lines({ op: "f", id: 2, t: 4 })}`);
    expect(told(trace)).toEqual([`8 ${kind}`]);
    expect(trace.events).toEqual([...EVENTS, { op: "f", id: 2, t: 4 }]);
  });

  test("reads the header behind a damaged first line", () => {
    expect(parseTrace(`x\n${TEXT}`)).toMatchObject({ header: HEADER, problems: { count: 1 } });
  });

  test("counts every problem and keeps the first ones", () => {
    const trace = parseTrace("x\n".repeat(1_000) + TEXT, { maxProblems: 3 });
    expect(told(trace)).toEqual(["1 not-json", "2 not-json", "3 not-json"]);
    expect(trace.problems.count).toBe(1_000);
    expect(trace.events).toEqual(EVENTS);
  });

  test("skips a line that is too long, in one piece or many", async () => {
    const long = `{"op":"m","t":0,"phase":"${"x".repeat(5_000)}"}\n`;
    const text = TEXT + long + lines({ op: "f", id: 2, t: 4 });
    const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, i) => text.slice(7 * i, 7 * i + 7));
    for (const trace of [
      parseTrace(text, { maxLineLength: 1_000 }),
      await loadTrace(pieces, { maxLineLength: 1_000 }),
    ]) {
      expect(told(trace)).toEqual(["8 long-line"]);
      expect(trace.events.length).toBe(EVENTS.length + 1);
    }
    expect(parseTrace(text).events.length).toBe(EVENTS.length + 2);
    expect(told(parseTrace("x".repeat(2 ** 21)))).toEqual(["1 long-line"]);
  });

  test.each(["", "\n", " \r\n\n", "\uFEFF"])("says that %j is empty", (text) => {
    expect(told(parseTrace(text))).toEqual(["0 empty"]);
    expect(told(parseTrace(utf8(text)))).toEqual(["0 empty"]);
  });

  test("takes a header alone as a trace without events", () => {
    expect(parseTrace(lines(HEADER))).toMatchObject({ events: [], header: HEADER, problems: { count: 0 } });
  });

  test.each([
    [{ ...HEADER, version: 2 }, /line 1: .* version 2; this reader knows version 1\. Update/],
    [{ ...HEADER, version: 0 }, /version 0/],
    [{ ...HEADER, version: "1" }, /version "1"/],
    [{ format: "tensorheap-trace" }, /version undefined/],
    [{ format: "something-else", version: 1 }, /format "something-else"/],
  ])("refuses the header %j", (header, message) => {
    expect(() => parseTrace(lines(header, ...EVENTS))).toThrow(TraceError);
    expect(() => parseTrace(lines(header, ...EVENTS))).toThrow(message);
  });

  test("reads what there is of a trace cut at any byte, and names the cut line", () => {
    const bytes = utf8(TEXT);
    for (let cut = 1; cut < bytes.length; cut++) {
      const head = bytes.subarray(0, cut);
      const ends = TEXT.split("\n").map((_, i, all) => utf8(all.slice(0, i + 1).join("\n")).length);
      const whole = ends.filter((end) => end <= cut).length;
      const trace = parseTrace(head);
      expect(trace.events).toEqual(EVENTS.slice(0, Math.max(whole - 1, 0)));
      const isAtEnd = ends.some((end) => end === cut || end + 1 === cut);
      expect(told(trace)).toEqual(isAtEnd ? [] : [`${whole + 1} cut-line`]);
    }
  });

  test.each([[3], [undefined], [{}], [null]])("refuses %j, which is neither text nor bytes", (value) => {
    expect(() => parseTrace(value as never)).toThrow(TraceError);
  });
});

test("a trace with any bytes changed is read in part, or refused by its header", () => {
  const good = utf8(TEXT);
  const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      const refusal = readOrRefuse(bytes);
      expect(refusal === undefined || refusal instanceof TraceError).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

describe("readTrace", () => {
  test("gives the same events from every kind of source, compressed or not", async () => {
    for (const bytes of [utf8(TEXT), await gzip(TEXT)]) {
      const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
      const sources = [
        bytes,
        bytes.buffer as ArrayBuffer,
        new DataView(bytes.buffer as ArrayBuffer),
        new Blob([bytes as Uint8Array<ArrayBuffer>]),
        new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
        single,
        (async function* () {
          yield* single;
        })(),
      ];
      for (const source of sources) {
        expect(await collect(source)).toEqual({ events: EVENTS, problems: [] });
      }
    }
    expect(await collect([TEXT.slice(0, 30), TEXT.slice(30)])).toEqual({ events: EVENTS, problems: [] });
  });

  test("gives batches of all events, and the header with the first", async () => {
    const reading = readTrace(utf8(TEXT));
    const events: TraceEvent[] = [];
    for await (const batch of reading.batches()) {
      expect(reading.header).toEqual(HEADER);
      events.push(...batch);
    }
    expect(events).toEqual(EVENTS);
  });

  test("is iterated once", async () => {
    const reading = readTrace(utf8(TEXT));
    for await (const _ of reading) break;
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow(TraceError);
  });

  test("cancels a stream that is not read to its end", async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8(lines(...EVENTS))),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const _ of readTrace(stream)) break;
    expect(isCancelled).toBe(true);
  });

  test("passes on what a source throws, after the events before it", async () => {
    const failing = (async function* () {
      yield TEXT;
      throw new Error("unplugged");
    })();
    const events: TraceEvent[] = [];
    const read = async (): Promise<void> => {
      for await (const event of readTrace(failing)) events.push(event);
    };
    await expect(read()).rejects.toThrow("unplugged");
    expect(events).toEqual(EVENTS);
  });

  test.each([[3], [null], [{}], [undefined]])("refuses %j as a source", async (source) => {
    await expect(loadTrace(source as never)).rejects.toThrow(TraceError);
  });

  test("refuses chunks that are neither bytes nor text", async () => {
    await expect(loadTrace([3 as never])).rejects.toThrow(/chunk .* is 3/);
  });
});

describe("compressed traces", () => {
  test("are read when they have several members, and zeros behind them", async () => {
    const [head, tail] = [lines(HEADER, ...EVENTS.slice(0, 3)), lines(...EVENTS.slice(3))];
    const empty = await gzip("");
    const bytes = concatenated(await gzip(head), empty, await gzip(tail), new Uint8Array(600));
    expect(parseTrace(bytes)).toMatchObject({ events: EVENTS, problems: { count: 0 } });
  });

  test("are read as far as they go when cut at any byte", async () => {
    const bytes = concatenated(await gzip(lines(HEADER, ...EVENTS)), await gzip(lines(...EVENTS)));
    let fewest = 0;
    for (let cut = 2; cut < bytes.length; cut++) {
      const trace = parseTrace(bytes.subarray(0, cut));
      expect(trace.events).toEqual([...EVENTS, ...EVENTS].slice(0, trace.events.length));
      expect(trace.events.length).toBeGreaterThanOrEqual(fewest);
      fewest = trace.events.length;
      const kinds = new Set(trace.problems.list.map(({ kind }) => kind));
      kinds.delete("cut-line");
      const isBetween = trace.events.length === EVENTS.length && kinds.size === 0;
      expect([...kinds]).toEqual(isBetween ? [] : ["gzip-cut"]);
    }
    expect(fewest).toBe(2 * EVENTS.length);
  });

  test("are read up to damage, which is told", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ op: "a", id: i, size: (i * 7919) % 4096, t: i }));
    const bytes = await gzip(lines(...many));
    const middle = bytes.length >> 1;
    bytes.fill(0xff, middle, middle + 64);
    const trace = parseTrace(bytes);
    expect(trace.problems.list.map(({ kind }) => kind)).toContain("gzip-damaged");
    expect(trace.events.length).toBeGreaterThan(5_000);
    expect(trace.events.slice(0, 5_000)).toEqual(many.slice(0, 5_000));
  });

  test("are refused in part when the checksum, the method, or what follows is wrong", async () => {
    const good = await gzip(TEXT);
    const wrongSum = good.slice();
    wrongSum[good.length - 8]! ^= 1;
    expect(parseTrace(wrongSum)).toMatchObject({ events: EVENTS, problems: { list: [{ kind: "gzip-damaged" }] } });
    const wrongMethod = good.slice();
    wrongMethod[2] = 7;
    expect(parseTrace(wrongMethod)).toMatchObject({ events: [], problems: { list: [{ kind: "gzip-damaged" }] } });
    const junk = concatenated(good, utf8("junk"));
    expect(parseTrace(junk)).toMatchObject({ events: EVENTS, problems: { list: [{ kind: "gzip-damaged" }] } });
  });
});

test.each([null, 5, { maxProblems: -1 }, { maxLineLength: "x" }])("the options %o are refused", async (options) => {
  await expect(loadTrace(new Uint8Array(), options as never)).rejects.toThrow(TraceError);
  await expect(validateTrace(new Uint8Array(), options as never)).rejects.toThrow(TraceError);
  expect(() => parseTrace("", options as never)).toThrow(TraceError);
});

test("control characters of a damaged trace are not in what is said of it", () => {
  const { problems } = parseTrace('\u009b31m\u202e\n{"op":"\u202e"}\n{"op":"m","phase":"x","t":"\u202e"}\n');
  expect(problems.count).toBe(2);
  expect(problems.list.every(({ message }) => message.includes("�") && !/[\p{Cc}\p{Cf}]/u.test(message))).toBe(true);
  expect(() => parseTrace('{"format":"\u202e"}\n')).toThrow(/"�"/);
});
