import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { collectInput, collectShape } from "./name-values.ts";

test("shapes are collected by name, the last of one name counts", () => {
  const shapes = collectShape("y=7", collectShape("x=1x3x640x640", collectShape("x=2")));
  expect(shapes).toEqual({ x: [1, 3, 640, 640], y: [7] });
  expect(collectShape("state=scalar")).toEqual({ state: [] });
  expect(collectShape("x=1,3,0")).toEqual({ x: [1, 3, 0] });
});

test("a name may have an equals sign, and be __proto__", () => {
  expect(collectShape("a=b=2x3")).toEqual({ "a=b": [2, 3] });
  expect(Object.entries(collectShape("__proto__=2", collectShape("x=1")))).toEqual([
    ["x", [1]],
    ["__proto__", [2]],
  ]);
});

test.each(["x", "x=", "=1x2", "x=1x", "x=1x-3", "x=1.5", "x=99999999999999999999"])("%s is no shape", (text) => {
  expect(() => collectShape(text)).toThrow(InvalidArgumentError);
});

test("an input is a number, or else a file", () => {
  expect(collectInput("sr=16000", collectInput("x=photo.npy"))).toEqual({
    x: { file: "photo.npy" },
    sr: { number: 16_000 },
  });
  expect(collectInput("x=-1.5e3")).toEqual({ x: { number: -1500 } });
  expect(() => collectInput("photo.npy")).toThrow(/name=file\.npy/);
});
