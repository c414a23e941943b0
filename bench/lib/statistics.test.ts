import { expect, test } from "vitest";
import { median, percentile, summarize } from "./statistics.ts";

test("the median of an odd count is the middle value, whatever the order", () => {
  expect(median([9, 100, 1])).toBe(9);
  expect(median([5])).toBe(5);
});

test("the median of an even count is the mean of the two in the middle", () => {
  expect(median([10, 1, 4, 2])).toBe(3);
});

test("values are compared as numbers and the list is left as it was", () => {
  const values = [10, 9, 1];
  expect(median(values)).toBe(9);
  expect(values).toEqual([10, 9, 1]);
});

test("no values are refused", () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => summarize([])).toThrow(RangeError);
});

test("a summary has the median and both ends", () => {
  expect(summarize([3, 1, 8])).toEqual({ median: 3, min: 1, max: 8 });
});

test("a percentile is the value that so many are not above", () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile(values, 1)).toBe(200);
  expect(percentile([7], 0.5)).toBe(7);
  expect(() => percentile([], 0.99)).toThrow(RangeError);
});
