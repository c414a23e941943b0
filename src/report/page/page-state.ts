import type { ReportModel } from "../model/report-model.ts";
import { clamp, eventAxis, timeAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";
import { BandIndex } from "./band-index.ts";
import { colouringsOf, makeColouring, makePaint } from "./colouring.ts";
import type { ColourBy, Colouring, Paint } from "./colouring.ts";
import { LiveIndex } from "./live-index.ts";
import { readPalette } from "./palette.ts";
import type { Palette } from "./palette.ts";
import { search } from "./search.ts";
import type { Found } from "./search.ts";

/** What all views look at: the model, its indices, and where the reader is. Views listen for changes and redraw. */
export class PageState {
  readonly model: ReportModel;
  readonly live: LiveIndex;
  readonly bands: BandIndex;
  readonly phaseOf: Int32Array;
  axis: Axis;
  /** The part of the axis that the timeline shows. */
  from: number;
  to: number;
  /** The part of the height, in bytes; `null` follows what is shown. */
  heights: { readonly from: number; readonly to: number } | null = null;
  /** The event that the arena shows, and the block that is picked, -1 for none. */
  moment: number;
  selected = -1;
  hovered = -1;
  query = "";
  found: Found | null = null;
  colouring: Colouring;
  palette: Palette;
  paint: Paint;
  readonly #listeners: (() => void)[] = [];

  constructor(model: ReportModel) {
    this.model = model;
    this.live = new LiveIndex(model.blocks, model.counts.events);
    this.bands = new BandIndex(model.blocks);
    this.phaseOf = phasesOf(model);
    this.axis = eventAxis(model.counts.events);
    this.from = 0;
    this.to = this.axis.end;
    this.moment = model.peak.event;
    this.colouring = makeColouring(colouringsOf(model)[0]!, model, this.phaseOf);
    this.palette = readPalette();
    this.paint = makePaint(this.colouring, this.palette);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Shows this part of the axis, or the nearest that there is. */
  show(from: number, to: number): void {
    const least = this.axis.name === "events" ? Math.min(8, this.axis.end) : this.axis.end / 1e7;
    const span = clamp(to - from, least, this.axis.end);
    const middle = (from + to) / 2;
    this.from = clamp(middle - span / 2, 0, this.axis.end - span);
    this.to = this.from + span;
    this.changed();
  }

  zoom(factor: number, around: number = (this.from + this.to) / 2): void {
    const span = clamp((this.to - this.from) * factor, 0, this.axis.end);
    const share = (around - this.from) / (this.to - this.from);
    this.show(around - share * span, around + (1 - share) * span);
  }

  pan(by: number): void {
    const span = this.to - this.from;
    const from = clamp(this.from + by, 0, this.axis.end - span);
    this.show(from, from + span);
  }

  reset(): void {
    this.heights = null;
    this.show(0, this.axis.end);
  }

  goTo(event: number): void {
    this.moment = clamp(event, 0, Math.max(this.model.counts.events - 1, 0));
    const at = this.axis.positionOf(this.moment);
    const span = this.to - this.from;
    if (at < this.from || at >= this.to) this.show(at - span / 2, at + span / 2);
    else this.changed();
  }

  /** Picks a block and brings all of its life into view, with as much again around it. */
  pick(block: number, moment?: number): void {
    const { from, to } = this.model.blocks;
    this.selected = block;
    if (block >= 0) {
      this.moment = moment ?? from[block]!;
      const begin = this.axis.positionOf(from[block]!);
      const end = this.axis.positionOf(to[block]!);
      if (begin < this.from || end > this.to) {
        const span = end - begin;
        this.show(begin - Math.max(span, 20) / 2, end + Math.max(span, 20) / 2);
        return;
      }
    }
    this.changed();
  }

  useAxis(name: Axis["name"]): void {
    const first = this.axis.eventAt(this.from);
    const last = this.axis.eventAt(this.to - 1e-9);
    const whole = this.from === 0 && this.to === this.axis.end;
    this.axis = name === "time" ? timeAxis(this.model.time) : eventAxis(this.model.counts.events);
    if (whole) this.show(0, this.axis.end);
    else this.show(this.axis.positionOf(first), this.axis.positionOf(last + 1));
  }

  colourBy(by: ColourBy): void {
    this.colouring = makeColouring(by, this.model, this.phaseOf);
    this.repaint();
  }

  /** Reads the colours again, after the theme has changed. */
  repaint(): void {
    this.palette = readPalette();
    this.paint = makePaint(this.colouring, this.palette);
    this.changed();
  }

  find(query: string): void {
    this.query = query;
    this.found = query.trim() === "" ? null : search(query, this.model, this.phaseOf);
    this.changed();
  }
}

function phasesOf({ blocks, phases }: ReportModel): Int32Array {
  const phaseOf = new Int32Array(blocks.count);
  for (let block = 0, at = -1; block < blocks.count; block++) {
    while (at + 1 < phases.length && phases[at + 1]!.from <= blocks.from[block]!) at++;
    phaseOf[block] = at;
  }
  return phaseOf;
}
