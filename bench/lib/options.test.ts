import { expect, test } from "vitest";
import { parseCommandLine } from "./options.ts";

test("no arguments mean the default suite in three rounds", () => {
  expect(parseCommandLine([])).toEqual({
    suite: undefined,
    rounds: 3,
    filter: "",
    all: false,
    peers: [],
    modes: ["raw"],
    chart: undefined,
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
    all: false,
    peers: [],
    modes: ["raw"],
    chart: undefined,
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

test("--all asks for every cell", () => {
  expect(parseCommandLine(["--all"]).all).toBe(true);
});

test("peers are a list, and modes come in the order of the tables, each once", () => {
  const { peers, modes } = parseCommandLine(["--peers", "glibc, wasm,", "--modes", "touch,raw,touch"]);
  expect(peers).toEqual(["glibc", "wasm"]);
  expect(modes).toEqual(["raw", "touch"]);
  expect(parseCommandLine(["--modes", "all"]).modes).toEqual(["raw", "lock", "touch"]);
});

test.each(["", "rwa", "raw,all"])("--modes=%s is refused with the modes there are", (modes) => {
  expect(() => parseCommandLine([`--modes=${modes}`])).toThrow(/--modes takes raw, lock, touch or all/);
});
