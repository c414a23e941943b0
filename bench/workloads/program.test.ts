import { expect, test } from "vitest";
import { FREE } from "../lib/trace.ts";
import type { Peer } from "../peers/peer.ts";
import { EventsBuilder } from "./events-builder.ts";
import { pairs } from "./pairs.ts";
import { Program } from "./program.ts";
import { queue } from "./queue.ts";
import { stack } from "./stack.ts";

/** Writes down what it is asked for. */
function recorder(): Peer<unknown> & { log: string[] } {
  const log: string[] = [];
  let count = 0;
  return {
    log,
    none: null,
    alloc(size) {
      log.push(`alloc ${size}`);
      return ++count;
    },
    free(block) {
      log.push(`free ${String(block)}`);
    },
    write() {},
    beginRun() {
      log.push("begin");
    },
    endRun() {
      log.push("end");
    },
  };
}

test("the set-up is run once, and the rest pass by pass, from its start again after its end", () => {
  const events = { slots: Int32Array.of(0, 0, 0, 0, 0), sizes: Int32Array.of(8, FREE, 16, FREE, 24) };
  const program = new Program(events, { setUp: 1, eventsPerPass: 2 });
  const peer = recorder();
  program.prepare(peer);
  for (let i = 0; i < 3; i++) program.pass(peer, 0);
  expect(peer.log).toEqual(["alloc 8", "free 1", "alloc 16", "free 2", "alloc 24", "free 3", "alloc 16"]);
  expect(program).toMatchObject({ isRun: false, passesPerCycle: 2, pairsPerPass: 1, slotCount: 1, peakBytes: 24 });
});

test("a pass that begins and ends with nothing alive is announced as a run", () => {
  const program = pairs(64, 1);
  const peer = recorder();
  program.prepare(peer);
  program.pass(peer, 0);
  expect(program.isRun).toBe(true);
  expect(peer.log).toEqual(["begin", "alloc 64", "free 1", "end"]);
});

test("the peak counts what the set-up left alive, and what later cycles start from", () => {
  const events = new EventsBuilder();
  events.alloc(0, 10);
  events.alloc(1, 1);
  events.free(0);
  events.alloc(0, 100);
  events.free(1);
  events.alloc(1, 50);
  events.free(0);
  events.alloc(0, 5);
  expect(new Program(events.build(), { setUp: 2 }).peakBytes).toBe(150);
});

test.each([
  ["frees a slot that holds nothing", [0], [FREE], /Event 0 frees slot 0 a second time/],
  ["fills a slot that is in use", [0, 0], [1, 1], /Event 1 fills slot 0 a second time/],
  ["leaves more alive than it found", [0], [1], /starts with 0 blocks ends with 1/],
])("a program that %s is refused", (_, slots, sizes, message) => {
  const events = { slots: Int32Array.from(slots), sizes: Int32Array.from(sizes) };
  expect(() => new Program(events)).toThrow(message);
});

test("a program that its passes do not divide is refused", () => {
  const events = { slots: Int32Array.of(0, 0), sizes: Int32Array.of(1, FREE) };
  expect(() => new Program(events, { eventsPerPass: 4 })).toThrow(/2 events are no multiple of 4/);
});

const shape = { liveCount: 3, minBytes: 8, maxBytes: 64, seed: 1 };

test("a stack frees its newest block first, a queue its oldest", () => {
  expect([...stack(shape).events.slots]).toEqual([0, 1, 2, 2, 1, 0]);
  expect([...queue({ ...shape, rounds: 1 }).events.slots]).toEqual([0, 1, 2, 0, 0, 1, 1, 2, 2]);
});
