import { expect, test } from "vitest";
import { formatBytes, formatCount, formatShare, formatTime, plural } from "./units.ts";

test("bytes have a binary unit and three or four digits", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [1000, "1000 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [20_000, "19.5 KiB"],
    [602_112, "588 KiB"],
    [2 ** 20, "1 MiB"],
    [51_621_440, "49.2 MiB"],
    [2 ** 30 - 1, "1 GiB"],
    [2 ** 32, "4 GiB"],
    [2 ** 50, "1 PiB"],
    [-1536, "−1.5 KiB"],
  ];
  for (const [bytes, text] of cases) expect(formatBytes(bytes)).toBe(text);
});

test("times have the unit that fits, shares a per cent, counts their commas", () => {
  expect([0, 0.0123, 0.123, 1.5, 12.3, 999.4, 1234, 1500, 61_234, 119_000, 600_000].map(formatTime)).toEqual([
    "0 ms",
    "12.3 µs",
    "123 µs",
    "1.5 ms",
    "12.3 ms",
    "999 ms",
    "1.23 s",
    "1.5 s",
    "61.23 s",
    "119 s",
    "10 min",
  ]);
  expect([Infinity, -Infinity, Number.NaN].map(formatTime)).toEqual(["–", "–", "–"]);
  expect([0, 0.0123, 0.5, 1, Number.NaN].map(formatShare)).toEqual(["0 %", "1.23 %", "50 %", "100 %", "–"]);
  expect([1_234_567, 1_048_576].map(formatCount)).toEqual(["1,234,567", "1,048,576"]);
  expect([0, 1, 2].map((count) => plural(count, "block"))).toEqual(["0 blocks", "1 block", "2 blocks"]);
});
