import { formatBytes } from "../../format/units.ts";
import { niceByteStep, niceStep } from "../axis.ts";
import { FONT } from "../dom.ts";
import type { PageState } from "../page-state.ts";
import type { Heights, TimelineScale } from "./timeline-scale.ts";

/** Draws a line across the picture for each round number of bytes, with the number before it. */
export function drawHeights(
  context: CanvasRenderingContext2D,
  { palette }: PageState,
  scale: TimelineScale,
  heights: Heights,
): void {
  const { from, to } = heights;
  const step = niceByteStep(to - from, scale.height / 56);
  context.font = FONT;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let bytes = Math.ceil(from / step) * step; bytes <= to; bytes += step) {
    const y = Math.round(scale.yOf(bytes, heights)) + 0.5;
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(scale.left, y);
    context.lineTo(scale.right, y);
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(bytes === 0 ? "0" : formatBytes(bytes), scale.left - 8, y);
  }
}

/** Draws events or times along the bottom. */
export function drawAxis(context: CanvasRenderingContext2D, state: PageState, scale: TimelineScale): void {
  const { palette, axis, from, to } = state;
  const finest = axis.name === "events" ? 1 : 0;
  const step = Math.max(niceStep(to - from, scale.width / 110), finest);
  const y = scale.bottom;
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.muted;
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const x = Math.round(scale.xOf(at)) + 0.5;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, y + 4);
    context.stroke();
    const text = axis.format(at, step);
    const half = context.measureText(text).width / 2;
    if (x + half > scale.right + scale.rightMargin) continue;
    context.fillText(text, x, y + 7);
  }
}
