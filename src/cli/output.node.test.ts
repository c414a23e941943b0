import { expect, test } from "vitest";
import { formatPairs, formatTable } from "./output.ts";

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
