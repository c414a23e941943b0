import { expect, test } from "vitest";
import { privateStorage } from "./arena-storage.ts";
import { Arena } from "./arena.ts";
import { freeSpans } from "./free-spans.ts";

const KIB = 1024 / 64;

test("free spans are the holes, and what was above the tops, counted from the region's start", () => {
  const arena = new Arena(privateStorage());
  const region = arena.addRegion(1024 * KIB);
  expect(freeSpans(arena, region)).toEqual([]);
  const [hole, , top] = [100, 50, 200].map((kib) => arena.allocate(kib * 1024));
  const [smallHole, , smallTop] = [1, 2, 4].map((kib) => arena.allocate(kib * 1024));
  expect(freeSpans(arena, region)).toEqual([]);
  for (const handle of [hole, top, smallHole, smallTop]) arena.free(handle!);
  expect(freeSpans(arena, region)).toEqual([
    { start: 0, end: 100 * KIB },
    { start: 150 * KIB, end: 350 * KIB },
    { start: 1023 * KIB, end: 1024 * KIB },
    { start: 1017 * KIB, end: 1021 * KIB },
  ]);
});

test("a zone that was higher once frees nothing of the other, which now stands there", () => {
  const arena = new Arena(privateStorage());
  const region = arena.addRegion(64 * KIB);
  arena.free(arena.allocate(60 * 1024));
  for (let i = 0; i < 30; i++) arena.allocate(1024);
  expect(freeSpans(arena, region)).toEqual([{ start: 0, end: 34 * KIB }]);
  arena.allocate(34 * 1024);
  expect(freeSpans(arena, region)).toEqual([]);
});
