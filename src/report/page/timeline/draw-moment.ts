import { formatBytes, formatCount, formatTime } from "../../format/units.ts";
import { clamp } from "../axis.ts";
import { FONT } from "../dom.ts";
import type { PageState } from "../page-state.ts";
import type { Heights, TimelineScale } from "./timeline-scale.ts";

/** Draws a line at the moment that the arena shows, and says what is live then. */
export function drawMoment(
  context: CanvasRenderingContext2D,
  state: PageState,
  scale: TimelineScale,
  heights: Heights,
): void {
  const { palette, axis, moment, live } = state;
  const begin = axis.positionOf(moment);
  const x = Math.round(scale.xOf((begin + Math.min(axis.positionOf(moment + 1), begin + 1)) / 2)) + 0.5;
  if (x < scale.left || x > scale.right) return;
  context.strokeStyle = palette.ink;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x, scale.top);
  context.lineTo(x, scale.bottom);
  context.stroke();
  context.setLineDash([]);
  const y = clamp(scale.yOf(live.live[moment]!, heights), scale.top, scale.bottom);
  context.fillStyle = palette.ink;
  context.beginPath();
  context.arc(x, y, 3, 0, 7);
  context.fill();
  drawName(context, state, scale, x, y);
}

/** Writes on a plate beside the dot at that place, inside of the picture. */
function drawName(
  context: CanvasRenderingContext2D,
  { palette, moment, model, live }: PageState,
  scale: TimelineScale,
  x: number,
  y: number,
): void {
  const name = moment === model.peak.event ? "peak" : `event ${formatCount(moment)}`;
  const text = `${name} · ${formatBytes(live.live[moment]!)} · ${formatTime(model.time[moment]!)}`;
  context.font = FONT;
  const width = context.measureText(text).width + 12;
  const left = clamp(x + 8, scale.left + 2, scale.right - width - 2);
  const top = clamp(y + 8, scale.top + 4, scale.bottom - 26);
  context.fillStyle = palette.surface;
  context.globalAlpha = 0.9;
  context.beginPath();
  context.roundRect(left, top, width, 20, 4);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = palette.ink;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 6, top + 10.5);
}
