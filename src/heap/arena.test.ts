import { expect, test } from "vitest";
import { Random } from "../../test/support/random.ts";
import { CorruptionError } from "../errors.ts";
import { checkArena } from "./arena-check.ts";
import { arenaStats } from "./arena-stats.ts";
import { privateStorage } from "./arena-storage.ts";
import { expectDisjoint } from "./arena.fixture.ts";
import { Arena } from "./arena.ts";
import {
  BIN_NEXT,
  BIN_PREV,
  BYTES,
  LIVE_BYTES,
  LIVE_COUNT,
  LOCKED_COUNT,
  MAX_BLOCK,
  MAX_REGIONS,
  NO_ROOM,
  OFFSET,
  PENDING_LIMIT,
  PREV,
  SET_BITS,
  SPARE_RECORD,
  TOP,
} from "./layout.ts";
import { recordOf } from "./record.ts";
import { largeZone } from "./zone.ts";

const KIB = 1024 / 64;

/** An arena with one region of so many KiB. */
function arenaOf(kib: number): Arena {
  const arena = new Arena(privateStorage());
  arena.addRegion(kib * KIB);
  return arena;
}

function offsetOf(arena: Arena, handle: number): number {
  return arena.offsetOf(recordOf(handle));
}

test("small blocks come from the end of the region, large ones from its start", () => {
  const arena = arenaOf(1024);
  const [small, large] = [arena.allocate(1000), arena.allocate(100_000)];
  expect(offsetOf(arena, small)).toBe(1024 * KIB - 16);
  expect(offsetOf(arena, large)).toBe(0);
  expect(arena.sizeOf(recordOf(small))).toBe(1000);
  checkArena(arena);
});

test("freed neighbours coalesce in every order, and the top takes the last one back", () => {
  for (const order of ["012", "021", "102", "120", "201", "210"]) {
    const arena = arenaOf(1024);
    const blocks = [0, 1, 2].map(() => arena.allocate(64 * 1024));
    const guard = arena.allocate(64 * 1024);
    for (const i of order) {
      expect(arena.free(blocks[Number(i)]!)).toBe(true);
      checkArena(arena);
      arena.drain();
      checkArena(arena);
    }
    expect(offsetOf(arena, arena.allocate(192 * 1024))).toBe(0);
    expect(arena.free(guard)).toBe(true);
    arena.drain();
    expect(arena.records[largeZone(0) + TOP]).toBe(192 * KIB);
    checkArena(arena);
  }
});

test("a block of the size just freed is handed out again where it was", () => {
  const arena = arenaOf(1024);
  const [, middle] = [arena.allocate(40_000), arena.allocate(40_000), arena.allocate(40_000)];
  const offset = offsetOf(arena, middle);
  arena.free(middle);
  const again = arena.allocate(39_990);
  expect(offsetOf(arena, again)).toBe(offset);
  expect(again).not.toBe(middle);
  checkArena(arena);
});

test("blocks of 2 GiB and more know the bytes that were asked for, and are not taken for small ones of the same low bits", () => {
  const arena = new Arena(privateStorage());
  arena.addRegion(2 ** 28);
  for (const size of [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 33 - 63]) {
    const handle = arena.allocate(size);
    expect(arena.sizeOf(recordOf(handle))).toBe(size);
    expect(arenaStats(arena, 0).liveBytes).toBe(size);
    checkArena(arena);
    arena.free(handle);
    const low = arena.allocate(size % 2 ** 32);
    expect(arena.sizeOf(recordOf(low))).toBe(size % 2 ** 32);
    checkArena(arena);
    arena.free(low);
  }
  expect(arenaStats(arena, 0)).toMatchObject({ liveBytes: 0, liveCount: 0, totalCount: 12 });
});

test("a freed block that could coalesce is not handed out again as it is", () => {
  const arena = arenaOf(1024);
  const [first, second] = [arena.allocate(40_000), arena.allocate(40_000), arena.allocate(40_000)];
  arena.free(first);
  arena.free(second);
  expect(offsetOf(arena, arena.allocate(40_000))).toBe(0);
  checkArena(arena);
});

test("what fits is never refused: a hole deep in its bin, and the other zone, are found", () => {
  const arena = arenaOf(256);
  const sizes = [1028, 1025].map((granules) => granules * 64);
  const [deep, , shallow] = [arena.allocate(sizes[0]!), arena.allocate(30_000), arena.allocate(sizes[1]!)];
  const fill = arena.allocate(arena.largestFree() * 64);
  expect(fill).toBeGreaterThan(0);
  arena.free(deep);
  arena.free(shallow);
  expect(offsetOf(arena, arena.allocate(1027 * 64))).toBe(0);
  expect(arena.allocate(64)).toBe(NO_ROOM);
  expect(arena.allocateAnywhere(64)).toBeGreaterThan(0);
  checkArena(arena);
});

test("a refusal changes nothing", () => {
  const arena = arenaOf(64);
  arena.allocate(1000);
  const before = JSON.stringify(arenaStats(arena, 0));
  expect(arena.allocate(64 * 1024)).toBe(NO_ROOM);
  expect(arena.allocateAnywhere(64 * 1024)).toBe(NO_ROOM);
  expect(arena.allocate(MAX_BLOCK + 1)).toBe(NO_ROOM);
  expect(arena.allocate(2 ** 53 - 1)).toBe(NO_ROOM);
  expect(JSON.stringify(arenaStats(arena, 0))).toBe(before);
  checkArena(arena);
});

test("the pending stack is drained when it is full", () => {
  const arena = arenaOf(4096);
  const handles = Array.from({ length: PENDING_LIMIT + 10 }, () => arena.allocate(64));
  for (const handle of handles) arena.free(handle);
  checkArena(arena);
  expect(arenaStats(arena, 0).liveCount).toBe(0);
  arena.releaseSlabs();
  expect(arena.isEmpty(0)).toBe(true);
});

test("regions are used oldest first, do not coalesce with each other, and are removed only when empty", () => {
  const arena = arenaOf(64);
  const second = arena.addRegion(64 * KIB);
  const [a, b] = [arena.allocate(60 * 1024), arena.allocate(60 * 1024)];
  expect([arena.regionOf(recordOf(a)), arena.regionOf(recordOf(b))]).toEqual([0, second]);
  expect(arena.removeRegion(second)).toBe(false);
  arena.free(a);
  arena.free(b);
  arena.drain();
  expect(arena.allocate(100 * 1024)).toBe(NO_ROOM);
  expect(arena.removeRegion(0)).toBe(true);
  expect(arena.capacityOf(0)).toBe(0);
  expect(arena.regionOf(recordOf(arena.allocate(1)))).toBe(second);
  expect(arena.addRegion(1)).toBe(0);
  checkArena(arena);
});

test("there are so many regions and no more", () => {
  const arena = new Arena(privateStorage());
  for (let i = 0; i < MAX_REGIONS; i++) expect(arena.addRegion(1)).toBe(i);
  expect(arena.addRegion(1)).toBe(-1);
});

test("books that cannot grow refuse when they are full, and work on when a block was freed", () => {
  const storage = { ...privateStorage(), grow: () => undefined };
  const arena = new Arena(storage);
  arena.addRegion(16_384 * KIB);
  const handles: number[] = [];
  for (let handle = arena.allocate(30_000); handle !== NO_ROOM; handle = arena.allocate(30_000)) handles.push(handle);
  expect(handles.length).toBe(255);
  checkArena(arena);
  expect(arena.free(handles.pop()!)).toBe(true);
  expect(arena.allocate(30_000)).toBeGreaterThan(0);
  checkArena(arena);
});

const faults: Record<string, (arena: Arena, live: number, hole: number) => unknown> = {
  "a wrong offset": (arena, live) => arena.records[live + OFFSET]!++,
  "a broken chain": (arena, live) => (arena.records[live + PREV] = live),
  "another block's handle": (arena, live) => (arena.records[live] = 1),
  "a loop in a bin": (arena, _, hole) => (arena.records[hole + BIN_NEXT] = hole),
  "a wrong top": (arena) => arena.records[largeZone(0) + TOP]!++,
  "a loose end in a bin": (arena, _, hole) => (arena.records[hole + BIN_PREV] = hole),
  "a bit of a bin that has no hole": (arena) => (arena.records[SET_BITS]! |= 1),
  "a spare record that is in use": (arena, live) => (arena.records[SPARE_RECORD] = live),
  "a block with other granules than its bytes need": (arena, live) => (arena.records[live + BYTES] = 64),
  "wrong bytes": (arena) => (arena.counters[LIVE_BYTES] = 1),
  "a wrong count": (arena) => arena.records[LIVE_COUNT]!++,
  "wrong locks": (arena) => (arena.records[LOCKED_COUNT] = 1),
};

for (const [name, fault] of Object.entries(faults)) {
  test(`check finds ${name}`, () => {
    const arena = arenaOf(1024);
    const [hole, live] = [arena.allocate(50_000), arena.allocate(50_000)];
    arena.free(hole);
    arena.drain();
    checkArena(arena);
    fault(arena, recordOf(live), recordOf(hole));
    expect(() => checkArena(arena)).toThrow(CorruptionError);
  });
}

test("random programs keep every rule, and never let two blocks share a granule", () => {
  const random = new Random(7);
  for (let program = 0; program < 30; program++) {
    const arena = arenaOf(512);
    if (program % 2 === 1) arena.addRegion(256 * KIB);
    const live: number[] = [];
    const freed: boolean[] = [];
    for (let step = 0; step < 400; step++) {
      if (live.length === 0 || random.below(100) < 55) {
        const handle = arena.allocate(random.below(100) < 70 ? random.below(3000) : random.below(120_000));
        if (handle !== NO_ROOM) live.push(handle);
      } else {
        freed.push(arena.free(live.splice(random.below(live.length), 1)[0]!));
      }
      checkArena(arena);
      expectDisjoint(arena, live);
    }
    expect(freed.every(Boolean)).toBe(true);
  }
});
