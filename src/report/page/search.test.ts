import { expect, test } from "vitest";
import { analyseTrace } from "../model/analyse-trace.ts";
import { search } from "./search.ts";

const model = await analyseTrace([
  { op: "m", phase: "load", t: 0 },
  { op: "a", id: 1, size: 4096, label: "Weights", site: "model.ts:3:1", t: 1 },
  { op: "a", id: 2, size: 2 ** 20, label: "conv", t: 2 },
  { op: "m", phase: "run", t: 3 },
  { op: "a", id: 4096, size: 7, site: "main.ts:9:9", t: 4 },
  { op: "f", id: 2, t: 5 },
  { op: "a", id: 2, size: 100, label: "conv2", t: 6 },
]);
const phaseOf = Int32Array.of(0, 0, 1, 1);
const find = (query: string): number[] =>
  [...search(query, model, phaseOf).matches].flatMap((is, at) => (is ? [at] : []));

test("a number finds ids and sizes, a field only its own", () => {
  expect(find("4096")).toEqual([0, 2]);
  expect(find("id:4096")).toEqual([2]);
  expect(find("size:4096")).toEqual([0]);
  expect(find("id:2")).toEqual([1, 3]);
});

test("sizes are compared, in units", () => {
  expect(find(">4k")).toEqual([1]);
  expect(find(">=4KiB")).toEqual([0, 1]);
  expect(find("<100")).toEqual([2]);
  expect(find("<=100 >50B")).toEqual([3]);
  expect(find(">0.5MiB")).toEqual([1]);
});

test("words are found in labels, phases and call sites, whatever the case", () => {
  expect(find("weights")).toEqual([0]);
  expect(find("CONV")).toEqual([1, 3]);
  expect(find("main.ts")).toEqual([2]);
  expect(find("run")).toEqual([2, 3]);
  expect(find("site:model")).toEqual([0]);
  expect(find("phase:load conv")).toEqual([1]);
  expect(find('label:"conv"')).toEqual([1]);
  expect(find("nothing-of-the-kind")).toEqual([]);
});

test("what leaked is found, and the sums are those of what is found", () => {
  expect(find("leaked")).toEqual([0, 2, 3]);
  expect(search("conv", model, phaseOf)).toMatchObject({ count: 2, bytes: 2 ** 20 + 100, largest: [1, 3] });
});
