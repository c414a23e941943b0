import koffi from "koffi";
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { NativeWords } from "../../platform/native-words.ts";
import { RecordedRun } from "./recorded-run.ts";
import { replayCode } from "./replay-code.ts";
import type { ReplayList } from "./replay-list.ts";
import { Replay } from "./replay.ts";
import { WORD, WORDS } from "./struct-words.ts";

const heap: HeapAllocator = new HeapAllocator();

/** A replay as the engine sees it: 0 and false are the callbacks' business. */
interface Walker {
  alloc(size: number): number;
  /** Whether the memory was the replay's. */
  free(address: number): boolean;
  readonly replay: Replay;
}

function walkerInJavaScript(): Walker {
  const replay = new Replay(new NativeWords(WORDS), false);
  return { replay, alloc: (size) => replay.allocate(size), free: (address) => replay.free(address) };
}

/** The machine code, with callbacks that answer 0 and note what they are told. */
function walkerInMachineCode(): Walker {
  const code = replayCode()!;
  const words = new NativeWords(WORDS);
  const replay = new Replay(words, true);
  let wentOut = false;
  const callback = (): number => {
    wentOut = true;
    return 0;
  };
  const type = koffi.proto("uint64_t", ["uint64_t", "uint64_t"]);
  words.set(WORD.SLOW_ALLOC, Number(koffi.register(callback, koffi.pointer(type))));
  words.set(WORD.SLOW_FREE, words.get(WORD.SLOW_ALLOC));
  const alloc = koffi.decode(code.alloc, type) as (struct: number, size: number) => number;
  const free = koffi.decode(code.free, type) as (struct: number, address: number) => number;
  return {
    replay,
    alloc: (size) => alloc(words.address, size),
    free(address) {
      wentOut = false;
      free(words.address, address);
      return !wentOut;
    },
  };
}

/** A run that allocates and frees at random, and ends with some outputs. */
function randomRun(random: Random): { run: RecordedRun; list: ReplayList; isInside: boolean } {
  const events: number[] = [];
  const live: number[] = [];
  let steps = 0;
  for (let i = random.between(1, 60); i > 0; i--) {
    if (live.length === 0 || !random.oneIn(3)) {
      live.push(steps++);
      events.push(random.oneIn(10) ? 0 : random.below(5000));
    } else {
      events.push(~live.splice(random.below(live.length), 1)[0]!);
    }
  }
  while (live.length > 2) events.push(~live.pop()!);
  const run = new RecordedRun("");
  run.know(Int32Array.from(events), live);
  const isInside = random.oneIn(2);
  return { run, list: run.list(isInside), isInside };
}

/** Walks along the run, with a mistake at `wrongAt`, and checks what is handed out. @returns whether all was on the list */
function walk(walker: Walker, list: ReplayList, events: Int32Array, wrongAt: number): boolean {
  walker.replay.arm(list, heap, true);
  const live = new Map<number, { start: number; size: number }>();
  let steps = 0;
  for (const [i, event] of events.entries()) {
    if (event < 0) {
      const place = live.get(~event);
      live.delete(~event);
      if (i === wrongAt) continue;
      if (place !== undefined) walker.free(place.start);
      continue;
    }
    const size = i === wrongAt ? event + 1 : event;
    const start = walker.alloc(size);
    if (start !== 0) {
      const end = start + size;
      const isFree = [...live.values()].every((other) => start >= other.start + other.size || end <= other.start);
      if (!isFree || start % 64 !== 0) throw new Error(`the place at ${start} is in use, or not aligned`);
      live.set(steps, { start, size });
    }
    steps++;
  }
  const isDone = walker.replay.stop();
  expect(walker.alloc(64)).toBe(0);
  walker.replay.disarm();
  heap.check();
  expect(heap.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  return isDone;
}

const ways = [["JavaScript", walkerInJavaScript] as const];
if (replayCode() !== undefined) ways.push(["machine code", walkerInMachineCode] as never);

describe.each(ways)("a replay in %s", (_, make) => {
  const walker = make();

  test("walks along random runs to their end, and never hands out a place twice", () => {
    const random = new Random(1);
    for (let round = 0; round < 300; round++) {
      const { run, list } = randomRun(random);
      expect(walk(walker, list, run.events, -1)).toBe(true);
    }
  });

  test("ends at the first call that is another one, and hands out nothing more", () => {
    const random = new Random(2);
    for (let round = 0; round < 300; round++) {
      const { run, list } = randomRun(random);
      expect(walk(walker, list, run.events, random.below(run.events.length))).toBe(false);
    }
  });

  test("leaves every call to the callbacks while nothing is armed", () => {
    expect(walker.alloc(64)).toBe(0);
    expect(walker.free(64)).toBe(false);
    expect(walker.free(0)).toBe(false);
    expect(walker.replay.stop()).toBe(false);
  });
});

test.runIf(replayCode() !== undefined)(
  "the machine code and JavaScript do the same, call by call, with calls at random",
  () => {
    const random = new Random(3);
    const [native, plain] = [walkerInMachineCode(), walkerInJavaScript()];
    for (let round = 0; round < 300; round++) {
      const { run, isInside } = randomRun(random);
      const trails = [native, plain].map((walker) => {
        const calls = new Random(round);
        // Lists of its own for each: own blocks are at other addresses. A heap, too: where those are is the same then, seen
        // from the block of the run.
        const list = new RecordedRun("");
        list.know(run.events, run.outputSteps);
        walker.replay.arm(list.list(isInside), new HeapAllocator({ maxBytes: 2 ** 21 }), true);
        const base = walker.replay.armed!.block.address;
        const places = new Map<number, number>();
        const trail: (number | boolean)[] = [];
        let steps = 0;
        for (const event of run.events) {
          if (calls.oneIn(40)) trail.push(walker.free(base + calls.below(2000)));
          if (calls.oneIn(40)) trail.push(walker.alloc(calls.below(5000)) - base);
          if (event >= 0) {
            const address = walker.alloc(event);
            places.set(steps++, address);
            trail.push(address === 0 ? 0 : address - base);
          } else if (places.get(~event) !== 0) {
            trail.push(walker.free(places.get(~event)!));
          }
        }
        trail.push(walker.replay.stop());
        walker.replay.disarm();
        return trail.map((entry) => (typeof entry === "number" && entry < 0 ? 0 : entry));
      });
      expect(trails[0]).toEqual(trails[1]);
    }
  },
);
