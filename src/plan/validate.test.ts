import { expect, test } from "vitest";
import type { PlanProblem } from "./problem.ts";
import { RandomProblems } from "./random-problems.fixture.ts";
import { validate } from "./validate.ts";

const problem: PlanProblem = {
  buffers: [
    { id: "a", lower: 0, upper: 4, size: 10 },
    { id: "b", lower: 4, upper: 8, size: 10 },
    { id: "c", lower: 2, upper: 6, size: 5 },
    { id: "d", lower: 0, upper: 8, size: 0 },
  ],
};

test("a right plan has no violations", () => {
  expect(validate(problem, [0, 0, 10, 3], 15)).toEqual([]);
  expect(validate(problem, Float64Array.of(5, 5, 0, 0))).toEqual([]);
  expect(validate({ buffers: [] }, [], 0)).toEqual([]);
});

test("an overlap is told once, with both buffers", () => {
  expect(validate(problem, [0, 5, 9, 0], 100)).toEqual([
    expect.objectContaining({
      index: 2,
      other: 0,
      message: expect.stringContaining("bytes 0 to 10 from 0 to 4") as string,
    }),
  ]);
});

test("one byte is enough to overlap, above and below", () => {
  expect(validate(problem, [5, 15, 1, 0])).toMatchObject([{ index: 2, other: 0 }]);
  expect(validate(problem, [5, 20, 14, 0])).toMatchObject([{ index: 2, other: 0 }]);
  expect(validate(problem, [5, 20, 15, 0])).toEqual([]);
});

test("a buffer inside another overlaps it", () => {
  expect(validate(problem, [0, 20, 2, 0])).toMatchObject([{ index: 2, other: 0 }]);
});

test.each([
  ["the capacity is exceeded by a byte", [0, 0, 10, 0], 14, 2],
  ["an offset is negative", [-1, 0, 10, 0], 100, 0],
  ["an offset is fractional", [0, 0.5, 20, 0], 100, 1],
  ["an offset is NaN", [0, NaN, 20, 0], 100, 1],
  ["an empty buffer has a negative offset", [0, 0, 10, -1], 100, 3],
  ["an empty buffer is above the capacity", [0, 0, 10, 16], 15, 3],
  ["the capacity is NaN", [0, 0, 10, 0], NaN, 0],
])("%s", (_, offsets, capacity, index) => {
  expect(validate(problem, offsets, capacity)).toContainEqual(expect.objectContaining({ index, other: undefined }));
});

test("offsets that are too few or too many are one violation", () => {
  expect(validate(problem, [0, 0, 10])).toMatchObject([{ index: -1 }]);
  expect(validate(problem, [0, 0, 10, 0, 0])).toMatchObject([{ index: -1 }]);
});

test("a buffer that makes no sense is told", () => {
  const buffers = [
    { id: 0, lower: 3, upper: 3, size: 1 },
    { id: 1, lower: 0, upper: 1, size: -1 },
  ];
  expect(validate({ buffers }, [0, 0])).toMatchObject([{ index: 0 }, { index: 1 }]);
});

test("it agrees with a comparison of every pair on random plans", () => {
  const random = new RandomProblems(9);
  let right = 0;
  for (let tested = 0; tested < 2000; tested++) {
    const { buffers } = random.loose(random.between(2, 6), 6, 8);
    const offsets = buffers.map(() => random.between(0, 24));
    const overlaps = buffers.some((one, index) =>
      buffers.some(
        (other, at) =>
          at < index &&
          one.lower < other.upper &&
          other.lower < one.upper &&
          offsets[index]! < offsets[at]! + other.size &&
          offsets[at]! < offsets[index]! + one.size &&
          one.size > 0 &&
          other.size > 0,
      ),
    );
    expect(validate({ buffers }, offsets).length > 0).toBe(overlaps);
    if (!overlaps) right++;
  }
  expect(right).toBeGreaterThan(100);
  expect(right).toBeLessThan(1900);
});
