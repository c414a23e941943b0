import { expect, test } from "vitest";
import { parseCommandLine } from "./options.ts";

test("no arguments mean the default suite in five rounds", () => {
  expect(parseCommandLine([])).toEqual({
    suite: undefined,
    rounds: 5,
    filter: "",
    quick: false,
    json: false,
    help: false,
  });
});

test("every option is read, before or after the suite's name", () => {
  expect(parseCommandLine(["--json", "alloc", "--rounds", "7", "--filter", "det", "-h"])).toEqual({
    suite: "alloc",
    rounds: 7,
    filter: "det",
    quick: false,
    json: true,
    help: true,
  });
});

test("--quick means one round unless a number is given", () => {
  expect(parseCommandLine(["--quick"])).toMatchObject({ quick: true, rounds: 1 });
  expect(parseCommandLine(["--quick", "--rounds", "3"])).toMatchObject({ quick: true, rounds: 3 });
});

test.each(["0", "-1", "1.5", "x", ""])("--rounds=%s is refused", (rounds) => {
  expect(() => parseCommandLine([`--rounds=${rounds}`])).toThrow(/--rounds takes an integer/);
});

test("two suites and unknown options are refused", () => {
  expect(() => parseCommandLine(["alloc", "copy"])).toThrow(/One suite at a time/);
  expect(() => parseCommandLine(["--fast"])).toThrow(/--fast/);
});
