import { clamp } from "../axis.ts";
import type { Picture } from "../dom.ts";
import type { PageState } from "../page-state.ts";

/** A part of the height, in bytes. */
export interface Heights {
  readonly from: number;
  readonly to: number;
}

/** Where positions of the axis and bytes are in the timeline's picture: within margins, in CSS pixels. */
export class TimelineScale {
  readonly left = 68;
  readonly top = 26;
  readonly rightMargin = 10;
  readonly #bottomMargin = 24;
  readonly #picture: Picture;
  readonly #state: PageState;

  constructor(picture: Picture, state: PageState) {
    this.#picture = picture;
    this.#state = state;
  }

  get width(): number {
    return Math.max(this.#picture.width - this.left - this.rightMargin, 1);
  }

  get height(): number {
    return Math.max(this.#picture.height - this.top - this.#bottomMargin, 1);
  }

  get right(): number {
    return this.left + this.width;
  }

  get bottom(): number {
    return this.top + this.height;
  }

  /** Bytes at the bottom and at the top. */
  get heights(): Heights {
    const { heights, axis, from, to, live, model } = this.#state;
    if (heights !== null) return heights;
    if (model.counts.events === 0) return { from: 0, to: 1024 };
    const most = live.live[live.mostBetween(axis.eventAt(from), axis.eventAt(to))]!;
    return { from: 0, to: Math.max(most, 1) * 1.06 };
  }

  /** The nearest position of the axis that is shown. */
  positionAt(x: number): number {
    const { from, to } = this.#state;
    return from + clamp((x - this.left) / this.width, 0, 1) * (to - from);
  }

  xOf(position: number): number {
    const { from, to } = this.#state;
    return this.left + ((position - from) / (to - from)) * this.width;
  }

  bytesAt(y: number, { from, to }: Heights): number {
    return from + (1 - (y - this.top) / this.height) * (to - from);
  }

  yOf(bytes: number, { from, to }: Heights): number {
    return this.top + (1 - (bytes - from) / (to - from)) * this.height;
  }

  holds(x: number, y: number): boolean {
    return x >= this.left && x < this.right && y >= this.top && y < this.bottom;
  }

  /** Shows what is so many pixels below what was shown at the start of the drag. */
  panHeights(start: Heights, pixels: number): void {
    const span = start.to - start.from;
    const by = Math.max((pixels / this.height) * span, -start.from);
    this.#state.heights = { from: start.from + by, to: start.to + by };
  }

  /** Shows so many times the bytes, around those at `y`. Zoomed out all the way, the height follows what is shown again. */
  zoomHeights(factor: number, y: number): void {
    const heights = this.heights;
    const around = this.bytesAt(clamp(y, this.top, this.bottom), heights);
    const low = Math.max(0, around - (around - heights.from) * factor);
    const high = Math.max(around + (heights.to - around) * factor, low + 64);
    const isWhole = low === 0 && high >= this.#state.model.peak.bytes * 1.06;
    this.#state.heights = isWhole ? null : { from: low, to: high };
    this.#state.changed();
  }
}
