import { expect, test } from "vitest";
import { formatBytes, formatCount, formatMs, formatPairs, formatTable } from "./output.ts";

test("bytes are shown in the unit that fits them, with at most two digits after the point", () => {
  expect([0, 1, 1023, 1024, 1536, 20_000, 2 ** 20, 2 ** 32, 2 ** 50].map(formatBytes)).toEqual([
    "0 B",
    "1 B",
    "1,023 B",
    "1 KiB",
    "1.5 KiB",
    "19.5 KiB",
    "1 MiB",
    "4 GiB",
    "1,024 TiB",
  ]);
});

test("counts have commas, times the unit that fits them", () => {
  expect(formatCount(1_048_576)).toBe("1,048,576");
  expect([0.123, 12.3, 999.4, 1234, 61_234].map(formatMs)).toEqual(["0.1 ms", "12 ms", "999 ms", "1.23 s", "61.2 s"]);
});

test("pairs are lines with the values below each other, without blanks at their ends", () => {
  expect(
    formatPairs([
      ["a", "1"],
      ["longer", ""],
      ["b c", "two words"],
    ]),
  ).toBe("a       1\nlonger\nb c     two words");
});

test("a table has its numbers to the right", () => {
  const lines = formatTable(
    ["name", "bytes"],
    [
      ["x", "1"],
      ["y", "1,000"],
    ],
  ).split("\n");
  expect(lines[1]).toMatch(/│ name │ bytes │/);
  expect(lines[3]).toMatch(/│ x    │ +1 │/);
});
