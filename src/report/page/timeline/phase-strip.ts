import type { Phase } from "../../model/report-model.ts";
import { clamp } from "../axis.ts";
import { FONT, fitText } from "../dom.ts";
import type { PageState } from "../page-state.ts";
import type { TimelineScale } from "./timeline-scale.ts";

const TOP = 4;
const HEIGHT = 17;

/** The phase whose mark in the strip on top of the timeline is there. */
export function phaseAt({ axis, model }: PageState, scale: TimelineScale, x: number, y: number): Phase | undefined {
  if (y < 2 || y > scale.top || x < scale.left || x > scale.right) return undefined;
  const event = axis.eventAt(scale.positionAt(x));
  return model.phases.findLast(({ from }) => from <= event);
}

/** Draws a mark for each phase, with its name where there is room, and a line down from where it begins. */
export function drawPhases(
  context: CanvasRenderingContext2D,
  { palette, model, axis }: PageState,
  scale: TimelineScale,
): void {
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "middle";
  let drawn = scale.left - 2;
  for (const phase of model.phases) {
    const begin = scale.xOf(axis.positionOf(phase.from));
    const end = scale.xOf(axis.positionOf(phase.to));
    if (end < scale.left || begin > scale.right) continue;
    const left = clamp(begin, scale.left, scale.right);
    const right = clamp(end, scale.left, scale.right);
    // Phases too narrow to be told apart share a mark.
    if (right - left < 2 && left - drawn < 2) continue;
    drawn = right;
    context.fillStyle = palette.line;
    context.fillRect(left, TOP, Math.max(right - left - 1, 1), HEIGHT);
    if (begin >= scale.left) {
      context.fillStyle = palette.muted;
      context.globalAlpha = 0.4;
      context.fillRect(Math.round(begin), TOP, 1, right - left < 40 ? HEIGHT : scale.bottom - TOP);
      context.globalAlpha = 1;
    }
    if (right - left < 30) continue;
    const text = phase.detail === "" ? phase.name : `${phase.name} · ${phase.detail}`;
    const fitted = fitText(context, text, right - left - 10) || fitText(context, phase.name, right - left - 8);
    context.fillStyle = palette.ink;
    context.fillText(fitted, left + 5, 13);
  }
}
