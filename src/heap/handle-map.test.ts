import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandleMap } from "./handle-map.ts";
import { HandleTable } from "./handle-table.ts";

const GARBAGE: readonly unknown[] = [
  -1,
  -5,
  -(2 ** 31),
  2 ** 31,
  2 ** 40,
  1.5,
  NaN,
  Infinity,
  "1",
  "",
  undefined,
  null,
  true,
  {},
  [1],
  1n,
  2n ** 70n,
  Symbol("h"),
  { valueOf: () => expect.unreachable("asked for its value") },
];

function contents(map: HandleMap): Map<number, number> {
  const entries = new Map<number, number>();
  map.forEach((handle, value) => {
    expect(entries.has(handle)).toBe(false);
    entries.set(handle, value);
  });
  return entries;
}

function apply(map: HandleMap, action: number, key: number, value: number): number {
  if (action === 0) return map.delete(key);
  if (action === 2) return map.set(key, value);
  const before = map.get(key);
  map.clear();
  return before;
}

/** Runs a program of [action, key, value] on a map and on the language's own, and compares after each step. */
function comparePrograms(program: readonly (readonly [number, number, number])[], keyOf: (n: number) => number): void {
  const map = new HandleMap();
  const model = new Map<number, number>();
  for (const [action, n, value] of program) {
    const key = keyOf(n);
    expect(apply(map, action, key, value)).toBe(model.get(key) ?? -1);
    if (action === 0) model.delete(key);
    else if (action === 1) model.clear();
    else model.set(key, value);
    expect(map.get(key)).toBe(model.get(key) ?? -1);
    expect(map.size).toBe(model.size);
  }
  expect(contents(map)).toEqual(model);
  for (const [key, value] of model) expect(map.get(key)).toBe(value);
}

/** Deletions as often as additions, and now and then a clear. */
const programs = (most: number): fc.Arbitrary<[number, number, number][]> =>
  fc.array(
    fc.tuple(
      fc.oneof({ weight: 200, arbitrary: fc.constantFrom(0, 2) }, { weight: 1, arbitrary: fc.constant(1) }),
      fc.nat({ max: most }),
      fc.oneof(fc.nat(), fc.maxSafeNat()),
    ),
    { maxLength: 1_500, size: "max" },
  );

describe("a handle map does what a Map does", () => {
  test.each<[string, number, (n: number) => number]>([
    ["dense handles", 300, (n) => n],
    ["handles anywhere below 2^30", 2 ** 30 - 1, (n) => n],
    ["a few handles again and again", 40, (n) => n * 7],
    ["multiples of 4,096", 500, (n) => n * 4096],
    ["multiples of 2^20", 500, (n) => n * 2 ** 20],
    ["generations of a few slots", 400, (n) => (n % 10) + Math.floor(n / 10) * 2 ** 18],
    ["integers up to 2^31 - 1", 500, (n) => 2 ** 31 - 1 - n],
  ])("with %s", (_, most, keyOf) => {
    fc.assert(
      fc.property(programs(most), (program) => comparePrograms(program, keyOf)),
      { numRuns: 25 },
    );
  });
});

test("the handles of a table are found, whatever their generation", () => {
  const table = new HandleTable();
  const map = new HandleMap();
  const live: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const handle = table.open();
    map.set(handle, i);
    live.push(handle);
    if (i % 3 === 0) continue;
    const [gone] = live.splice((i * 31) % live.length, 1);
    if (map.delete(gone!) < 0) throw new Error(`handle ${gone} is lost`);
    table.close(gone!);
    expect(map.get(gone!)).toBe(-1);
  }
  expect(map.size).toBe(live.length);
  for (const handle of live) expect(map.get(handle)).toBeGreaterThanOrEqual(0);
});

test("half of a map's handles can go and come again for as long as one likes", () => {
  const map = new HandleMap();
  for (let round = 0; round < 200; round++) {
    for (let n = 0; n < 100; n++) map.set((round * 97 + n) * 64, n);
    for (let n = 0; n < 100; n++) if (map.delete((round * 97 + n) * 64) !== n) throw new Error(`round ${round}, ${n}`);
  }
  expect(map.size).toBe(0);
});

test("what is no handle has no value, cannot have one, and cannot be taken out", () => {
  const map = new HandleMap();
  map.set(0, 5);
  map.set(1, 6);
  map.set(65, 7);
  for (const value of GARBAGE as number[]) {
    expect(map.get(value)).toBe(-1);
    expect(map.delete(value)).toBe(-1);
    expect(map.set(value, 1)).toBe(-1);
  }
  expect(contents(map)).toEqual(
    new Map([
      [0, 5],
      [1, 6],
      [65, 7],
    ]),
  );
});

test("a value of 0 is a value", () => {
  const map = new HandleMap();
  map.set(3, 0);
  expect([map.get(3), map.get(4), map.delete(3), map.get(3)]).toEqual([0, -1, 0, -1]);
});
