/**
 * Horizontal bars over a logarithmic scale, as an SVG: one panel per group, in a grid whose rows share the names of the
 * bars at the left. A picture in a README cannot know the page's theme, so there is no background, and every colour is
 * a middle tone that can be read on white as well as on near-black.
 */

/** One group of bars. */
export interface Panel {
  readonly title: string;
  /** By the names of the bars; a bar without a value stays empty. */
  readonly values: ReadonlyMap<string, number>;
}

export interface BarChart {
  readonly title: string;
  /** The names of the bars, from top to bottom; each panel has one for each. */
  readonly names: readonly string[];
  /** The names that stand out. */
  readonly accented: ReadonlySet<string>;
  readonly panels: readonly Panel[];
  /** Formats a value at the end of its bar. */
  formatValue(value: number): string;
  /** Formats a power of ten under the scale. */
  formatTick(value: number): string;
}

const COLUMNS = 3;
const WIDTH = 860;
const GUTTER = 168;
const PANEL_GAP = 14;
const VALUE_ROOM = 50;
const ROW = 19;
const BAR = 12;
const TITLE_ROOM = 34;
const PANEL_HEAD = 26;
const PANEL_FOOT = 34;
const PANEL_WIDTH = (WIDTH - GUTTER - (COLUMNS - 1) * PANEL_GAP) / COLUMNS;
const SCALE_WIDTH = PANEL_WIDTH - VALUE_ROOM;

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #77808a; }
  .title { font-size: 14px; font-weight: 600; }
  .panel { font-weight: 600; }
  .tick { font-size: 10px; text-anchor: middle; }
  .name { text-anchor: end; }
  .bar { fill: #8c959f; fill-opacity: 0.55; }
  .grid { stroke: #8c959f; stroke-opacity: 0.25; }
  .accented { fill: #2f7fe0; fill-opacity: 1; font-weight: 600; }`;

/** Draws the chart. @throws {RangeError} for a value that is not above 0: it has no place on the scale */
export function barChart(chart: BarChart): string {
  const scale = makeScale(chart.panels.flatMap(({ values }) => [...values.values()]));
  const panelHeight = PANEL_HEAD + chart.names.length * ROW + PANEL_FOOT;
  const rows = Math.ceil(chart.panels.length / COLUMNS);
  const height = TITLE_ROOM + rows * panelHeight;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
      `role="img" aria-label="${escape(chart.title)}">`,
    `<style>${STYLE}\n</style>`,
    text(0, 16, "title", chart.title),
  ];
  for (let row = 0; row < rows; row++) {
    const top = TITLE_ROOM + row * panelHeight;
    parts.push(...drawNames(chart, top));
    const panels = chart.panels.slice(row * COLUMNS, (row + 1) * COLUMNS);
    panels.forEach((panel, column) => {
      parts.push(...drawPanel(chart, panel, scale, GUTTER + column * (PANEL_WIDTH + PANEL_GAP), top));
    });
  }
  return `${[...parts, "</svg>"].join("\n")}\n`;
}

/** A scale over whole decades, from the first at or below the smallest value to the first at or above the largest. */
interface Scale {
  readonly ticks: readonly number[];
  /** Pixels from the start of the scale. */
  at(value: number): number;
}

function makeScale(values: readonly number[]): Scale {
  if (values.some((value) => !(value > 0 && value < Infinity))) {
    throw new RangeError("A logarithmic scale has values above 0 only. Leave the others out.");
  }
  const low = Math.floor(Math.log10(Math.min(...values, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => ((Math.log10(value) - low) / (high - low)) * SCALE_WIDTH,
  };
}

function drawNames({ names, accented }: BarChart, top: number): string[] {
  return names.map((name, index) =>
    text(GUTTER - 8, baseline(top, index), accented.has(name) ? "name accented" : "name", name),
  );
}

function drawPanel(chart: BarChart, { title, values }: Panel, scale: Scale, left: number, top: number): string[] {
  const bottom = top + PANEL_HEAD + chart.names.length * ROW;
  const parts = [text(left, top + 14, "panel", title)];
  scale.ticks.forEach((tick, index) => {
    const x = round(left + scale.at(tick));
    parts.push(`<line class="grid" x1="${x}" x2="${x}" y1="${top + PANEL_HEAD - 4}" y2="${bottom}"/>`);
    const isLabelled = (scale.ticks.length - 1 - index) % (scale.ticks.length > 4 ? 2 : 1) === 0;
    if (isLabelled) parts.push(text(x, bottom + 13, "tick", chart.formatTick(tick)));
  });
  chart.names.forEach((name, index) => {
    const value = values.get(name);
    if (value === undefined) return;
    const accent = chart.accented.has(name) ? " accented" : "";
    const width = round(Math.max(1, scale.at(value)));
    const y = top + PANEL_HEAD + index * ROW + (ROW - BAR) / 2;
    parts.push(`<rect class="bar${accent}" x="${round(left)}" y="${y}" width="${width}" height="${BAR}" rx="1.5"/>`);
    parts.push(text(left + width + 5, baseline(top, index), `value${accent}`, chart.formatValue(value)));
  });
  return parts;
}

function baseline(top: number, index: number): number {
  return top + PANEL_HEAD + index * ROW + ROW / 2 + 4;
}

function text(x: number, y: number, className: string, content: string): string {
  return `<text class="${className}" x="${round(x)}" y="${round(y)}">${escape(content)}</text>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
