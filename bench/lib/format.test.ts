import { expect, test } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatCount,
  formatFactor,
  formatNs,
  formatRange,
  formatShare,
} from "./format.ts";

test.each([
  [0.04, "0.0"],
  [9.94, "9.9"],
  [26.5, "27"],
  [176_517.4, "176,517"],
])("%d ns is shown as %s", (ns, text) => {
  expect(formatNs(ns)).toBe(text);
});

test.each([
  [1, "1.00×"],
  [3.456, "3.46×"],
  [12.34, "12.3×"],
  [6_643.9, "6,644×"],
])("a factor of %d is shown as %s", (factor, text) => {
  expect(formatFactor(factor)).toBe(text);
});

test.each([
  [0, "0 %"],
  [0.001, "<1 %"],
  [0.456, "46 %"],
])("a share of %d is shown as %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [602_112, "588.0 KiB"],
  [51_621_440, "49.2 MiB"],
  [2 ** 41, "2048.0 GiB"],
])("%d bytes are shown as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a range has both ends", () => {
  expect(formatRange({ min: 8, max: 1_234 })).toBe("8.0–1,234");
});

test("counts have separators", () => {
  expect(formatCount(32_053)).toBe("32,053");
});

test.each([
  [7.84, "7.8 ns"],
  [10, "10 ns"],
  [999.4, "999 ns"],
  [999.5, "1.0 µs"],
  [176_517, "177 µs"],
  [1e6, "1 ms"],
  [5e12, "5000 s"],
])("%s ns last %s", (ns, text) => {
  expect(formatDuration(ns)).toBe(text);
});
