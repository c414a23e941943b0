import { formatBytes } from "../format/units.ts";
import type { ReportModel } from "../model/report-model.ts";
import type { Style } from "./style.ts";

const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const LEFT = 10;

/** Live bytes over the events, so many lines high, with the phases below. */
export function textGraph(model: ReportModel, width: number, height: number, style: Style): string[] {
  const { blocks, counts, peak } = model;
  const columns = Math.max(1, Math.min(width - LEFT - 1, counts.events));
  const most = new Float64Array(columns);
  const change = new Float64Array(counts.events);
  for (let block = 0; block < blocks.count; block++) {
    change[blocks.from[block]!]! += blocks.size[block]!;
    if (blocks.to[block]! < counts.events) change[blocks.to[block]!]! -= blocks.size[block]!;
  }
  let live = 0;
  for (let event = 0; event < counts.events; event++) {
    live += change[event]!;
    const column = Math.floor((event * columns) / counts.events);
    most[column] = Math.max(most[column]!, live);
  }
  const top = Math.max(peak.bytes, 1);
  const lines = Array.from({ length: height }, (_, row) => {
    const floor = height - 1 - row;
    const name = row === 0 ? formatBytes(peak.bytes) : row === height - 1 ? "0" : "";
    const cells = Array.from(most, (bytes) => {
      const eighths = Math.round(((bytes / top) * height - floor) * 8);
      return EIGHTHS[Math.max(0, Math.min(8, eighths))]!;
    });
    return `${name.padStart(LEFT - 1)} ${style.accent(cells.join("").trimEnd())}`;
  });
  const phases = phaseLine(model, columns);
  return phases === "" ? lines : [...lines, `${" ".repeat(LEFT)}${style.dim(phases)}`];
}

/** The names of the phases where they begin, as far as they have room. */
function phaseLine({ phases, counts }: ReportModel, columns: number): string {
  let line = "";
  for (const { name, from } of phases) {
    const column = Math.floor((from * columns) / counts.events);
    const plain = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");
    if (column < line.length + (line === "" ? 0 : 1) || column + plain.length + 1 > columns) continue;
    line = `${line.padEnd(column)}│${plain}`;
  }
  return line;
}
