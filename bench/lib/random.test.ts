import { expect, test } from "vitest";
import { createRandom, logUniformSize } from "./random.ts";

function take(seed: number): number[] {
  return Array.from({ length: 5 }, createRandom(seed));
}

test("the same seed gives the same numbers, and another seed others", () => {
  expect(take(42)).toEqual(take(42));
  expect(take(42)).not.toEqual(take(43));
  expect(new Set(take(0)).size).toBe(5);
});

test("numbers lie in [0, 1) and fill it evenly", () => {
  const random = createRandom(1);
  const buckets = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) {
    const bucket = Math.floor(random() * 10);
    buckets[bucket] = buckets[bucket]! + 1;
  }
  expect(buckets).toHaveLength(10);
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("log-uniform sizes stay in their range, and half lie below the geometric mean", () => {
  const random = createRandom(7);
  const sizes = Array.from({ length: 10_000 }, () => logUniformSize(random, 64, 1 << 20));
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(64);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
  expect(sizes.every(Number.isInteger)).toBe(true);
  const below = sizes.filter((size) => size < 8_192).length;
  expect(Math.abs(below - 5_000)).toBeLessThan(300);
});
