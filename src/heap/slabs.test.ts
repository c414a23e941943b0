import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.ts";
import { CorruptionError } from "../errors.ts";
import { checkArena } from "./arena-check.ts";
import { arenaStats } from "./arena-stats.ts";
import { privateStorage } from "./arena-storage.ts";
import { expectDisjoint } from "./arena.fixture.ts";
import { Arena } from "./arena.ts";
import { GENERATION_STEP } from "./handle.ts";
import {
  CELLS,
  CELL_CLASS,
  CELL_SLAB,
  CLASS_COUNT,
  LOCKS,
  NO_ROOM,
  OFFSET,
  SIZE,
  SLAB_CLASS,
  SMALL_BYTES,
  ZONE,
} from "./layout.ts";
import { recordOf } from "./record.ts";
import { cellGranules, classOf } from "./slabs.ts";

const MIB = 2 ** 20 / 64;

/** An arena with one region of so many MiB. */
function arenaOf(mib: number): Arena {
  const arena = new Arena(privateStorage());
  arena.addRegion(mib * MIB);
  return arena;
}

function isCell(arena: Arena, handle: number): boolean {
  return arena.records[recordOf(handle) + CELL_CLASS]! < 0;
}

function granulesOf(arena: Arena, handle: number): number {
  return arena.records[recordOf(handle) + SIZE]!;
}

/** How many cells each slab has, in the order in which they are cut, when so many blocks of one size are allocated. */
function slabs(bytes: number, count: number): number[] {
  const arena = arenaOf(64);
  const cells = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const handle = arena.allocate(bytes);
    const slab = arena.records[recordOf(handle) + CELL_SLAB]!;
    cells.set(slab, (cells.get(slab) ?? 0) + 1);
  }
  checkArena(arena);
  return [...cells.values()];
}

test("classes are exact up to 16 granules and at powers of two, else at most an eighth larger than what they hold", () => {
  for (let granules = 1; granules <= SMALL_BYTES / 64; granules++) {
    const cell = cellGranules(classOf(granules));
    expect(cell).toBeGreaterThanOrEqual(granules);
    expect(cell - granules).toBeLessThanOrEqual(granules <= 16 || Math.log2(granules) % 1 === 0 ? 0 : granules / 8);
    expect(classOf(cell)).toBe(classOf(granules));
  }
  expect(classOf(SMALL_BYTES / 64)).toBe(CLASS_COUNT - 1);
});

test("a class begins with a slab of one cell, and each slab has twice the cells of the one before, up to 4 or a page", () => {
  expect(slabs(10_000, 15)).toEqual([1, 2, 4, 4, 4]);
  expect(slabs(64, 255)).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
});

test("a cell that is freed is the next block's of its class, whatever its neighbours are", () => {
  const arena = arenaOf(64);
  const cells = Array.from({ length: 20 }, () => arena.allocate(1000));
  expect(cells.every((handle) => isCell(arena, handle))).toBe(true);
  const place = arena.offsetOf(recordOf(cells[10]!));
  arena.free(cells[10]!);
  arena.free(arena.allocate(100_000));
  const next = arena.allocate(900);
  expect(arena.offsetOf(recordOf(next))).toBe(place);
  expect(arena.sizeOf(recordOf(next))).toBe(900);
  expect(arena.free(cells[10]!)).toBe(false);
  checkArena(arena);
});

test("a block takes a free cell up to four classes larger before a slab is cut, and any when memory is short", () => {
  const arena = arenaOf(64);
  const [near, far] = [arena.allocate(22 * 64), arena.allocate(40 * 64)];
  arena.free(near);
  arena.free(far);
  expect(granulesOf(arena, arena.allocate(15 * 64))).toBe(22);
  expect(granulesOf(arena, arena.allocate(15 * 64))).toBe(15);
  expect(granulesOf(arena, arena.allocateAnywhere(15 * 64))).toBe(40);
  checkArena(arena);
});

test("a borrowed cell is at most half as large again", () => {
  for (let granules = 1; granules <= 256; granules++) {
    const arena = arenaOf(64);
    const larger = Array.from({ length: granules + 40 }, (_, i) => arena.allocate((granules + 1 + i) * 64));
    for (const handle of larger) arena.free(handle);
    for (let i = 0; i < 30; i++) {
      expect(granulesOf(arena, arena.allocate(granules * 64))).toBeLessThanOrEqual(
        Math.max(granules * 1.5, 1) + granules / 8,
      );
    }
  }
});

test("a region that is small beside a slab gets none", () => {
  const arena = arenaOf(1 / 16);
  const handles = Array.from({ length: 12 }, () => arena.allocate(1000));
  expect(handles.some((handle) => isCell(arena, handle))).toBe(false);
  checkArena(arena);
});

test("slabs are in no count of blocks or bytes, nor in a peak, and nobody has their handles", () => {
  const arena = arenaOf(64);
  const handles = Array.from({ length: 100 }, () => arena.allocate(100));
  const expected = { peakBytes: 10_000, peakCount: 100, totalBytes: 10_000, totalCount: 100 };
  expect(arenaStats(arena, 0)).toMatchObject({ liveBytes: 10_000, liveCount: 100, ...expected });
  const slab = arena.records[recordOf(handles[0]!) + CELL_SLAB]! >> 3;
  for (let handle = slab; handle < 2 ** 30; handle += GENERATION_STEP) {
    if (arena.free(handle) || arena.lock(handle) !== 0) throw new Error(`${handle} passes for the slab's handle`);
  }
  for (const handle of handles) arena.free(handle);
  expect(arena.releaseSlabs()).toBe(true);
  expect(arenaStats(arena, 0)).toMatchObject({ liveBytes: 0, liveCount: 0, ...expected });
});

test("slabs without blocks are freed, others stay, and their cells are used again", () => {
  const arena = arenaOf(64);
  const handles = Array.from({ length: 60 }, (_, i) => arena.allocate(1000 + 100 * (i % 3)));
  const kept = handles.splice(30, 1)[0]!;
  for (const handle of handles) arena.free(handle);
  expect(arena.releaseSlabs()).toBe(true);
  checkArena(arena);
  expect(arena.isEmpty(0)).toBe(false);
  expect(arena.releaseSlabs()).toBe(false);
  arena.free(kept);
  expect(arena.releaseSlabs()).toBe(true);
  checkArena(arena);
  expect(arena.isEmpty(0)).toBe(true);
  expect(arena.records.subarray(CELLS, CELLS + CLASS_COUNT).every((head) => head === 0)).toBe(true);
});

test("a free cell is room: what the arena says that it has, it gives", () => {
  const arena = arenaOf(2);
  const cell = arena.allocate(4000);
  for (let rest = arena.largestFree(); rest > 0; rest = arena.largestFree()) {
    expect(arena.allocateAnywhere(rest * 64)).toBeGreaterThan(0);
  }
  arena.free(cell);
  expect(arena.largestFree()).toBe(64);
  expect(arena.allocateAnywhere(1)).toBe(cell + GENERATION_STEP);
  checkArena(arena);
});

test("books that cannot grow serve small blocks until they are full, and work on", () => {
  const arena = new Arena({ ...privateStorage(), grow: () => undefined });
  arena.addRegion(64 * MIB);
  const handles: number[] = [];
  for (let handle = arena.allocate(1); handle !== NO_ROOM; handle = arena.allocate(1)) handles.push(handle);
  // Of 255 records, a few are those of slabs.
  expect(handles.length).toBeGreaterThan(240);
  checkArena(arena);
  expect(arena.free(handles.pop()!)).toBe(true);
  expect(arena.allocate(1)).toBeGreaterThan(0);
  checkArena(arena);
});

describe("check finds", () => {
  const faults: Record<string, (arena: Arena, cell: number, free: number) => unknown> = {
    "a cell of another class": ({ records }, cell) => (records[cell + CELL_CLASS] = ~3),
    "a cell of another size": ({ records }, cell) => records[cell + SIZE]!++,
    "a cell where none is": ({ records }, cell) => records[cell + OFFSET]!++,
    "a cell of no slab": ({ records }, cell) => (records[cell + CELL_SLAB] = cell),
    "a cell of another zone": ({ records }, cell) => records[cell + ZONE]!++,
    "two cells at one place": ({ records }, cell, free) => (records[cell + OFFSET] = records[free + OFFSET]!),
    "a free cell in the list of another class": ({ records }, _, free) => (records[CELLS + 2] = free),
    "a live cell in a list": ({ records }, cell, free) => (records[free + LOCKS] = cell),
    "a cell that is in no list": ({ records }, cell) => (records[CELLS + ~records[cell + CELL_CLASS]!] = 0),
    "a slab of another class": ({ records }, cell) => records[records[cell + CELL_SLAB]! + SLAB_CLASS]!--,
    "a slab of no class": ({ records }, cell) => (records[records[cell + CELL_SLAB]! + SLAB_CLASS] = -1),
  };
  test.each(Object.entries(faults))("%s", (_, fault) => {
    const arena = arenaOf(64);
    const handles = Array.from({ length: 8 }, () => arena.allocate(1000));
    arena.free(handles[7]!);
    arena.drain();
    checkArena(arena);
    fault(arena, recordOf(handles[0]!), recordOf(handles[7]!));
    expect(() => checkArena(arena)).toThrow(CorruptionError);
  });
});

test("random programs of small blocks keep every rule, and never let two blocks share a granule", () => {
  const random = new Random(11);
  for (let program = 0; program < 20; program++) {
    const arena = arenaOf([1, 4, 64][program % 3]!);
    const sizes = Array.from({ length: 1 + random.below(12) }, () => Math.floor(40_000 ** (random.below(1000) / 1000)));
    const live: number[] = [];
    const freed: boolean[] = [];
    for (let step = 0; step < 500; step++) {
      if (random.below(1000) < 5) arena.releaseSlabs();
      // Grows and shrinks by turns.
      if (live.length === 0 || random.below(100) < (Math.floor(step / 100) % 2 === 0 ? 75 : 25)) {
        const size = sizes[random.below(sizes.length)]!;
        const handle = random.below(100) < 95 ? arena.allocate(size) : arena.allocateAnywhere(size);
        if (handle !== NO_ROOM) live.push(handle);
      } else {
        freed.push(arena.free(live.splice(random.below(live.length), 1)[0]!));
      }
      checkArena(arena);
      expectDisjoint(arena, live);
    }
    for (const handle of live) freed.push(arena.free(handle));
    expect(freed.every(Boolean)).toBe(true);
    arena.releaseSlabs();
    checkArena(arena);
    expect([arena.isEmpty(0), arenaStats(arena, 0).liveBytes]).toEqual([true, 0]);
  }
});
