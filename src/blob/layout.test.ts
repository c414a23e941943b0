import { describe, expect, test } from "vitest";
import { DescError } from "../errors.ts";
import { Layout, defaultLayout, layoutOfOrder, orderOfLayout } from "./layout.ts";
import type { LayoutName } from "./layout.ts";

test.each([
  ["ANY", 0],
  ["NCHW", 1],
  ["NHWC", 2],
  ["NCDHW", 3],
  ["NDHWC", 4],
  ["OIHW", 64],
  ["GOIHW", 65],
  ["OIDHW", 66],
  ["GOIDHW", 67],
  ["SCALAR", 95],
  ["C", 96],
  ["CHW", 128],
  ["HWC", 129],
  ["HW", 192],
  ["NC", 193],
  ["CN", 194],
  ["BLOCKED", 200],
] as const)("%s has OpenVINO's value %i", (name, value) => {
  expect(Layout[name].value).toBe(value);
});

test("the default goes by rank", () => {
  const defaults = [0, 1, 2, 3, 4, 5, 6, 8].map((rank) => defaultLayout(rank));
  expect(defaults).toEqual(["SCALAR", "C", "NC", "CHW", "NCHW", "NCDHW", "BLOCKED", "BLOCKED"]);
});

test.each([
  [[], "SCALAR"],
  [[0], "C"],
  [[0, 1], "NC"],
  [[1, 0], "CN"],
  [[0, 1, 2], "CHW"],
  [[1, 2, 0], "HWC"],
  [[0, 1, 2, 3], "NCHW"],
  [[0, 2, 3, 1], "NHWC"],
  [[0, 1, 2, 3, 4], "NCDHW"],
  [[0, 2, 3, 4, 1], "NDHWC"],
  [[2, 1, 0], "BLOCKED"],
  [[0, 1, 2, 3, 1], "BLOCKED"],
  [[0, 1, 2, 3, 4, 5], "BLOCKED"],
])("the order %s is called %s", (order, name) => {
  expect(layoutOfOrder(order)).toBe(name);
});

describe("orderOfLayout", () => {
  test.each([
    ["NHWC", 4, [0, 2, 3, 1]],
    ["HWC", 3, [1, 2, 0]],
    ["CN", 2, [1, 0]],
    ["GOIDHW", 6, [0, 1, 2, 3, 4, 5]],
    ["SCALAR", 0, []],
    ["ANY", 3, []],
    ["BLOCKED", 3, [0, 1, 2]],
  ] as const)("%s of rank %i", (layout, rank, order) => {
    expect(
      orderOfLayout(
        layout,
        Array.from({ length: rank }, () => 2),
      ),
    ).toEqual(order);
  });

  test.each([
    ["NCHW", [1, 2, 3], "NCHW takes rank 4, but the dims [1, 2, 3] have rank 3. Use CHW, or leave the layout out."],
    ["SCALAR", [1], "SCALAR takes rank 0"],
    ["GOIDHW", [1, 2, 3, 4, 5], "GOIDHW takes rank 6"],
    ["nchw", [1, 2, 3, 4], '"nchw" is no layout. Did you mean NCHW'],
    ["WIDE", [1], '"WIDE" is no layout. '],
    ["toString", [1], '"toString" is no layout. Known names are ANY, NCHW'],
    [null, [1], "null is no layout"],
    [7, [1], "7 is no layout"],
  ])("refuses %s of %s", (layout, dims, message) => {
    expect(() => orderOfLayout(layout as LayoutName, dims)).toThrow(DescError);
    expect(() => orderOfLayout(layout as LayoutName, dims)).toThrow(message);
  });
});
