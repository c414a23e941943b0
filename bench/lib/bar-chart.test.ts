import { expect, test } from "vitest";
import { barChart } from "./bar-chart.ts";
import type { BarChart } from "./bar-chart.ts";

const chart: BarChart = {
  title: "Time",
  names: ["ours", "<other>", "absent"],
  accented: new Set(["ours"]),
  panels: ["one", "two", "three", "four"].map((title) => ({
    title,
    values: new Map([
      ["ours", 10],
      ["<other>", 1_000],
    ]),
  })),
  formatValue: (value) => `${value}!`,
  formatTick: (value) => `${value}?`,
};

/** The attribute's values in order of appearance, of the elements that match. */
function attributes(svg: string, element: RegExp, name: string): number[] {
  const elements = svg.match(element) ?? [];
  return elements.map((text) => Number(new RegExp(`${name}="([^"]*)"`).exec(text)?.[1]));
}

test("each panel has a bar for each value, and none for a value that is missing", () => {
  const svg = barChart(chart);
  expect(svg.match(/<rect class="bar/g)).toHaveLength(8);
  expect(svg.match(/<rect class="bar accented"/g)).toHaveLength(4);
  expect(svg.match(/>10!</g)).toHaveLength(4);
});

test("equal factors are equal lengths", () => {
  const widths = attributes(barChart(chart), /<rect [^>]*>/g, "width");
  expect(widths[1]! / widths[0]!).toBeCloseTo(3, 1);
});

test("the scale goes over whole decades from 1, or from below the smallest value", () => {
  expect(barChart(chart)).toContain(">1?<");
  const small = new Map([["ours", 0.05]]);
  expect(barChart({ ...chart, panels: [{ title: "one", values: small }] })).toContain(">0.01?<");
});

test("names are repeated for each row of panels, and what SVG would take for a tag is escaped", () => {
  const svg = barChart(chart);
  expect(svg.match(/>&lt;other></g)).toHaveLength(2);
  expect(svg).not.toContain("<other>");
});

test("everything is inside the picture", () => {
  const svg = barChart(chart);
  const height = attributes(svg, /<svg [^>]*>/g, "height")[0]!;
  const width = attributes(svg, /<svg [^>]*>/g, "width")[0]!;
  expect(Math.max(...attributes(svg, /<text [^>]*>/g, " y"))).toBeLessThan(height);
  const ends = attributes(svg, /<rect [^>]*>/g, " x").map((x, i) => x + attributes(svg, /<rect [^>]*>/g, "width")[i]!);
  expect(Math.max(...ends)).toBeLessThan(width);
});

test.each([0, -1, Number.NaN, Infinity])("%s has no place on a logarithmic scale", (value) => {
  const panels = [{ title: "one", values: new Map([["ours", value]]) }];
  expect(() => barChart({ ...chart, panels })).toThrow(/values above 0 only/);
});
