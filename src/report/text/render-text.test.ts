import { expect, test } from "vitest";
import type { TraceEvent } from "../../trace/event.ts";
import { analyseTrace } from "../model/analyse-trace.ts";
import { randomEvents } from "../model/random-events.fixture.ts";
import { renderText } from "./render-text.ts";

const ESCAPES = new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, "g");

const leaky: TraceEvent[] = [
  { op: "m", phase: "load", t: 0 },
  { op: "a", id: 1, size: 3_000_000, label: "weights", site: "load.ts:4:2", t: 1 },
  { op: "a", id: 2, size: 1000, label: "scratch", t: 2 },
  { op: "l", id: 1, t: 3, mode: "r" },
  { op: "f", id: 2, t: 8 },
  { op: "f", id: 77, t: 9 },
];

test("no line is wider than the terminal or ends in blanks, and without colour there is no escape", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const model = await analyseTrace(seed === 0 ? leaky : randomEvents(seed));
    for (const width of [40, 61, 80, 200]) {
      const plain = renderText(model, { width });
      expect(plain).not.toContain("\u001b");
      for (const line of plain.split("\n")) {
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\s$/);
      }
      expect(renderText(model, { width, colour: true }).replaceAll(ESCAPES, "")).toBe(plain);
    }
  }
});

test("a leak is named with its size, label and call site, and a problem with its event", async () => {
  const text = renderText(await analyseTrace(leaky, { notes: ["The trace was cut."] }), { width: 100 });
  expect(text).toMatch(/Never freed\n.*\n +1 +2\.86 MiB +8 ms +weights +load\.ts:4:2/);
  expect(text).toContain("! The trace was cut.");
  expect(text).toContain("! 1 time: free of an id that is not alive; first at event 5");
  expect(text).toMatch(/weights +1 +6 ms +6 ms +1/);
});

test("a size that no block has is a line without a bar, and nothing in a bar's place", async () => {
  const events: TraceEvent[] = [64, 1000].map((size, id) => ({ op: "a", id, size, t: id }));
  const lines = renderText(await analyseTrace(events)).split("\n");
  const at = lines.indexOf("Blocks by size");
  expect(lines.slice(at + 1, at + 5)).toEqual([
    `    64 B – 128 B            1  ${"█".repeat(46)}`,
    "   128 B – 256 B            0",
    "   256 B – 512 B            0",
    `   512 B – 1 KiB            1  ${"█".repeat(46)}`,
  ]);
});

test("leaks without labels and call sites have no columns for them, and it is said how to record call sites", async () => {
  const text = renderText(await analyseTrace([{ op: "a", id: 1, size: 1000, t: 0 }]));
  expect(text).toContain(
    "Never freed\nid    size   age\n 1  1000 B  0 ms\nThe trace has no call sites. Record it with { sites: 1 }.\n",
  );
  expect(renderText(await analyseTrace(leaky))).not.toContain("no call sites");
});

test("control characters in names do not reach the terminal", async () => {
  const text = renderText(await analyseTrace([{ op: "a", id: 1, size: 5, label: "\u001b[2Jbad\r\n\u0007", t: 0 }]));
  expect(text).toContain("�[2Jbad���");
});

test("an empty trace has a text, too", async () => {
  expect(renderText(await analyseTrace([]))).toContain("0 allocations, 0 events");
});

test("a width that is none is the default, or the widest", async () => {
  const model = await analyseTrace(leaky);
  expect(renderText(model, { width: Number.NaN })).toBe(renderText(model));
  expect(renderText(model, { width: Infinity })).toBe(renderText(model, { width: 1000 }));
});
