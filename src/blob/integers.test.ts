import { describe, expect, test } from "vitest";
import { DescError } from "../errors.ts";
import { ceilDiv, integer, integerList, product, sameList, showList } from "./integers.ts";

describe("integerList", () => {
  test("copies and freezes", () => {
    const dims = [1, 2];
    const list = integerList("dims", dims);
    dims[0] = 9;
    expect(list).toEqual([1, 2]);
    expect(Object.isFrozen(list)).toBe(true);
  });

  test.each([
    [undefined, "dims must be an array of integers, not undefined"],
    ["1,2", 'dims must be an array of integers, not "1,2"'],
    [new Int32Array(2), "dims must be an array of integers, not a Int32Array"],
    [[1, -2], "dims[1] must be an integer from 0 to 2^53 - 1, not -2"],
    [[1.5], "dims[0] must be an integer from 0 to 2^53 - 1, not 1.5"],
    [[Number.NaN], "not NaN"],
    [[Infinity], "not Infinity"],
    [[2 ** 53], "not 9007199254740992"],
    [[3n], "not 3n. Convert it with Number() first."],
    [["3"], 'not "3"'],
    [[null], "not null"],
    [[[1, 2]], "not an array of 2"],
    // A hole is an undefined dim.
    [Array.from({ length: 1 }), "not undefined"],
  ])("refuses %s", (list, message) => {
    expect(() => integerList("dims", list)).toThrow(DescError);
    expect(() => integerList("dims", list)).toThrow(message);
  });

  test("refuses a symbol", () => {
    expect(() => integerList("dims", [Symbol("dim")])).toThrow(
      "dims[0] must be an integer from 0 to 2^53 - 1, not Symbol(dim)",
    );
  });
});

test("an integer of -0 is 0", () => {
  expect(Object.is(integer("n", -0), 0)).toBe(true);
});

describe("product", () => {
  test("of no dims is 1, of a 0 among large ones 0", () => {
    expect(product("It", [])).toBe(1);
    expect(product("It", [2, 3, 4])).toBe(24);
    expect(product("It", [2 ** 40, 2 ** 40, 0])).toBe(0);
  });

  test("goes up to 2^53 - 1 and no further", () => {
    expect(product("It", [Number.MAX_SAFE_INTEGER])).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => product("The size", [2 ** 27, 2 ** 26])).toThrow(
      "The size of [134217728, 67108864] is above 2^53 - 1",
    );
    expect(() =>
      product(
        "It",
        Array.from({ length: 2000 }, () => 10),
      ),
    ).toThrow(DescError);
  });
});

test("ceilDiv is exact where a quotient of doubles is not", () => {
  expect(ceilDiv(0, 8)).toBe(0);
  expect(ceilDiv(16, 8)).toBe(2);
  expect(ceilDiv(17, 8)).toBe(3);
  expect(ceilDiv(Number.MAX_SAFE_INTEGER, 2)).toBe(2 ** 52);
});

test("sameList compares length and entries", () => {
  expect(sameList([1, 2], [1, 2])).toBe(true);
  expect(sameList([1, 2], [1, 3])).toBe(false);
  expect(sameList([1, 2], [1, 2, 3])).toBe(false);
});

test("a long list is cut in messages", () => {
  expect(showList([1, 2])).toBe("[1, 2]");
  expect(showList(Array.from({ length: 1000 }, () => 1))).toMatch(/, … 1000 in all\]$/);
});
