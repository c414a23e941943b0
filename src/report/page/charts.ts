import uPlot from "uplot";
import { formatBytes, formatCount } from "../format/units.ts";
import type { ReportModel } from "../model/report-model.ts";
import { niceByteStep } from "./axis.ts";
import { FONT } from "./dom.ts";
import type { PageState } from "./page-state.ts";
import type { Palette } from "./palette.ts";

/** A line of a chart: which colour of the palette, and whether the area below it is filled. */
interface Line {
  readonly name: string;
  readonly colour: (palette: Palette) => string;
  readonly filled?: boolean;
  readonly dash?: number[];
  readonly stepped?: boolean;
  readonly bars?: boolean;
}

/** Live bytes, holes between them and the footprint, along the trace. */
export function fragmentationChart(parent: HTMLElement, state: PageState): void {
  const { event, live, holes, footprint } = state.model.fragmentation;
  addChart(parent, state, [event, footprint, live, holes], formatBytes, [
    { name: "footprint", colour: (palette) => palette.ink, dash: [4, 3] },
    { name: "live", colour: (palette) => palette.categories[0]!, filled: true },
    { name: "holes", colour: (palette) => palette.categories[1]!, filled: true },
  ]);
}

/** Locks held at once, along the trace. */
export function lockChart(parent: HTMLElement, state: PageState): void {
  const { sampleEvent, sampleReads, sampleWrites } = state.model.locks;
  addChart(parent, state, [sampleEvent, sampleReads, sampleWrites], formatCount, [
    { name: "read locks", colour: (palette) => palette.categories[0]!, stepped: true },
    { name: "write locks", colour: (palette) => palette.categories[1]!, stepped: true, dash: [5, 2] },
  ]);
}

/** Bytes at the peak by size class. */
export function sizeChart(parent: HTMLElement, state: PageState): void {
  const { sizeClasses } = state.model;
  const x = Float64Array.from(sizeClasses.keys());
  const y = Float64Array.from(sizeClasses, ({ bytesAtPeak }) => bytesAtPeak);
  const line: Line = { name: "alive at the peak", colour: (palette) => palette.categories[0]!, bars: true };
  addChart(parent, state, [x, y], formatBytes, [line], (at) => className(state.model, at));
}

function className({ sizeClasses }: ReportModel, at: number): string {
  return Number.isInteger(at) && sizeClasses[at] !== undefined ? formatBytes(sizeClasses[at].from) : "";
}

function addChart(
  parent: HTMLElement,
  state: PageState,
  data: readonly (Float64Array | Int32Array)[],
  formatY: (value: number) => string,
  lines: readonly Line[],
  formatX: (value: number) => string = formatCount,
): void {
  const { stepped, bars } = uPlot.paths;
  const series = lines.map((line): uPlot.Series => {
    const shown: uPlot.Series = {
      label: line.name,
      stroke: () => line.colour(state.palette),
      width: 1.5,
      points: { show: false },
      value: (_chart, value) => (value === null ? "–" : formatY(value)),
    };
    if (line.filled === true || line.bars === true) shown.fill = () => fillOf(line, state.palette);
    if (line.dash !== undefined) shown.dash = line.dash;
    if (line.stepped === true && stepped !== undefined) shown.paths = stepped({ align: 1 });
    if (line.bars === true && bars !== undefined) shown.paths = bars({ size: [0.7, 60] });
    return shown;
  });
  const barred = lines.some((line) => line.bars === true);
  const axis = (format: (value: number) => string): uPlot.Axis => ({
    font: FONT,
    stroke: () => state.palette.muted,
    grid: { stroke: () => state.palette.line, width: 1 },
    ticks: { stroke: () => state.palette.line, width: 1 },
    values: (_chart, splits) => splits.map((value) => format(value)),
  });
  let most = 0;
  for (const values of data.slice(1)) for (const value of values) most = Math.max(most, value);
  const chart = new uPlot(
    {
      width: Math.max(parent.clientWidth, 120),
      height: 220,
      series: [
        { label: barred ? "size from" : "event", value: (_chart, value) => (value === null ? "–" : formatX(value)) },
        ...series,
      ],
      scales: {
        x: { time: false, ...(barred ? { range: [-0.6, data[0]!.length - 0.4] } : {}) },
        y: { range: [0, Math.max(most, 1) * 1.08] },
      },
      axes: [
        barred
          ? { ...axis(formatX), grid: { show: false }, splits: (chart) => thinned(data[0]!, chart.width) }
          : axis(formatX),
        { ...axis(formatY), size: 68, splits: () => ticks(most, formatY === formatBytes) },
      ],
      legend: { live: true },
      cursor: { drag: { x: false, y: false } },
    },
    data as unknown as uPlot.AlignedData,
    parent,
  );
  new ResizeObserver(() => chart.setSize({ width: Math.max(parent.clientWidth, 120), height: 220 })).observe(parent);
  let { palette } = state;
  state.onChange(() => {
    if (palette === state.palette) return;
    palette = state.palette;
    chart.redraw(false, true);
    colourMarks(chart, lines, palette);
  });
}

/** uPlot colours the marks of its legend once, when it makes them. */
function colourMarks(chart: uPlot, lines: readonly Line[], palette: Palette): void {
  const marks = Array.from(chart.root.querySelectorAll<HTMLElement>(".u-marker")).slice(-lines.length);
  for (const [at, mark] of marks.entries()) {
    const line = lines[at]!;
    mark.style.borderColor = line.colour(palette);
    mark.style.background = fillOf(line, palette);
  }
}

/** What is under a line, or in a bar. */
function fillOf(line: Line, palette: Palette): string {
  if (line.bars === true) return line.colour(palette);
  return line.filled === true ? `${line.colour(palette)}30` : "";
}

function ticks(most: number, bytes: boolean): number[] {
  const top = Math.max(most, 1);
  const step = bytes ? niceByteStep(top, 4) : Math.max(1, Math.ceil(top / 4));
  return Array.from({ length: Math.floor((top * 1.05) / step) + 1 }, (_, at) => at * step);
}

/** As many of the classes as have room for their names. */
function thinned(values: Float64Array | Int32Array, width: number): number[] {
  const every = Math.ceil((values.length * 66) / Math.max(width - 80, 1));
  return Array.from(values).filter((_, at) => at % every === 0);
}
