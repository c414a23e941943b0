import { expect, test } from "vitest";
import { Sampler } from "./sampler.ts";

function gaps(sampler: Sampler, count: number): number[] {
  return Array.from({ length: count }, () => sampler.gap());
}

test("gaps are n on average, and never 0 or 2n", () => {
  for (const every of [2, 10, 1_000]) {
    const drawn = gaps(new Sampler(every, 7), 20_000);
    const mean = drawn.reduce((sum, gap) => sum + gap, 0) / drawn.length;
    expect(mean / every).toBeCloseTo(1, 1);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...drawn)).toBeLessThan(2 * every);
  }
});

test("one in one is every block", () => {
  expect(new Set(gaps(new Sampler(1, 3), 100))).toEqual(new Set([1]));
});

test("the same seed draws the same gaps, another one others", () => {
  expect(gaps(new Sampler(50, 0), 20)).toEqual(gaps(new Sampler(50, 0), 20));
  expect(gaps(new Sampler(50, 1), 20)).not.toEqual(gaps(new Sampler(50, 2), 20));
});

test("every block of a round is looked at sometimes, also where the round divides n", () => {
  const sampler = new Sampler(1_000, 1);
  const seen = new Set<number>();
  for (let i = 0, at = 0; i < 400; i++) {
    at += sampler.gap();
    seen.add(at % 10);
  }
  expect(seen.size).toBe(10);
});

test("what is no integer from 1 is refused", () => {
  for (const every of [0, -1, 0.001, NaN, Infinity, 2 ** 31, "10", null]) {
    expect(() => new Sampler(every as number, 1)).toThrow(RangeError);
    expect(() => new Sampler(every as number, 1)).toThrow(expect.objectContaining({ code: "ERR_OPTIONS" }));
  }
});
