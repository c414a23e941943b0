import { expect, test } from "vitest";
import { EngineError } from "../../errors.ts";
import { RunBook } from "./run-book.ts";

/** Two allocations, one of which is freed and one an output. */
const EVENTS = Int32Array.of(100, 200, -1);

test("a run that is known is found again; the one unused for longest is dropped", () => {
  const book = new RunBook(2);
  book.find("a").know(EVENTS, [1]);
  book.find("b").know(EVENTS, [1]);
  book.find("a");
  book.find("c");
  expect(book.find("a").isKnown).toBe(true);
  expect(book.find("b").isKnown).toBe(false);
});

test("a run whose replays fail is recorded again, and given up after three records", () => {
  const run = new RunBook(1).find("a");
  for (let record = 0; record < 3; record++) {
    expect(run.wantsRecord).toBe(true);
    run.know(EVENTS, [1]);
    expect(run.wantsRecord).toBe(false);
    run.miss();
    expect(run.isKnown).toBe(true);
    run.miss();
    expect(run.isKnown).toBe(false);
  }
  expect(run.wantsRecord).toBe(false);
});

test("what is saved is loaded as it was, through JSON", () => {
  const book = new RunBook(4);
  book.find("1x2;.").know(EVENTS, [1]);
  book.find("unknown");
  const saved: unknown = JSON.parse(JSON.stringify(book.save()));
  const other = new RunBook(4);
  other.load(saved);
  expect(other.save()).toEqual(book.save());
  expect(other.find("1x2;.").list(true).height).toBe(128 + 256);
  expect(other.find("1x2;.").list(false)).toMatchObject({ height: 128, ownBlocks: [{ entry: 1, size: 200 }] });
});

test.each([
  ["nothing", undefined],
  ["a text", "runs"],
  ["another format", { format: "other", version: 1, runs: [] }],
  ["a version of the future", { format: "tensorheap-runs", version: 2, runs: [] }],
  ["no list", { format: "tensorheap-runs", version: 1, runs: {} }],
])("%s is refused", (_, saved) => {
  expect(() => new RunBook(1).load(saved)).toThrow(EngineError);
});

test.each([
  ["null", null],
  ["no key", { events: [1], outputs: [0] }],
  ["a text among the events", { key: "", events: ["1"], outputs: [] }],
  ["half a byte", { key: "", events: [0.5], outputs: [0] }],
  ["more than a GiB", { key: "", events: [2 ** 30 + 1], outputs: [0] }],
  ["a free of what was never allocated", { key: "", events: [64, -3], outputs: [0] }],
  ["a double free", { key: "", events: [64, -1, -1], outputs: [] }],
  ["a block that is left and no output", { key: "", events: [64], outputs: [] }],
  ["an output that was freed", { key: "", events: [64, -1], outputs: [0] }],
  ["an output that is there twice", { key: "", events: [64, 64], outputs: [0, 0] }],
])("a saved run with %s is refused, and nothing is taken over", (_, run) => {
  const book = new RunBook(2);
  const good = { key: "good", events: [...EVENTS], outputs: [1] };
  expect(() => book.load({ format: "tensorheap-runs", version: 1, runs: [good, run] })).toThrow(/saved run 1/);
  expect(book.save().runs).toEqual([]);
});
