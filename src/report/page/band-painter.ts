/**
 * Paints the stacked bands pixel by pixel, so that a frame's time depends on the picture's size and not on the trace's.
 *
 * Each column of pixels stands for the events that fall into it, and shows the one after which most bytes are alive, so
 * that no peak is lost. Blocks lie on each other in the order of their allocation, oldest lowest; on top of them lies the
 * sum of those that are too small to be seen, so that it does not shake the others.
 */
import type { Tier } from "./band-index.ts";
import { SHADES } from "./colouring.ts";
import type { PageState } from "./page-state.ts";

/** From so many pixels on, a band has a line that sets it off from the next one. */
const LINE_FROM = 4;

/** What stands at one event: blocks from the bottom up, and the folded ones on top. */
export interface Stack {
  readonly event: number;
  readonly foldedBytes: number;
  readonly blocks: Int32Array;
  readonly count: number;
}

export class BandPainter {
  readonly #state: PageState;
  #image = new ImageData(1, 1);
  #stack = new Int32Array(0);
  #tier: Tier | undefined;

  constructor(state: PageState) {
    this.#state = state;
  }

  /** Blocks below this size are folded into one band. */
  get leastBytes(): number {
    return this.#tier?.leastBytes ?? 0;
  }

  /** The event that a stretch of the axis shows. */
  eventFor(from: number, to: number): number {
    const { axis, live } = this.#state;
    const first = axis.eventAt(from);
    const last = axis.eventAt(to);
    const lastBegun = last > first && axis.positionOf(last) >= to ? last - 1 : last;
    return live.mostBetween(first, Math.max(first, lastBegun));
  }

  stackAt(event: number): Stack {
    const { live, model } = this.#state;
    const tier = this.#tier ?? this.#state.bands.all();
    if (this.#stack.length < tier.mostAlive) this.#stack = new Int32Array(tier.mostAlive);
    const count = tier.aliveAt(event, this.#stack);
    let foldedBytes = live.live[event]!;
    for (let at = 0; at < count; at++) foldedBytes -= model.blocks.size[this.#stack[at]!]!;
    return { event, foldedBytes, blocks: this.#stack, count };
  }

  /** @param width, height in device pixels; `low` and `high` are the bytes at the bottom and at the top */
  paint(width: number, height: number, low: number, high: number): ImageData {
    if (this.#image.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    pixels.fill(0);
    const { from, to, bands, model } = this.#state;
    if (model.counts.events === 0) return this.#image;
    this.#tier = bands.tierFor(((high - low) / height) * 0.75);
    const step = (to - from) / width;
    let start = 0;
    let event = this.eventFor(from, from + step);
    let previous = -1;
    for (let column = 1; column <= width; column++) {
      const next = column < width ? this.eventFor(from + column * step, from + (column + 1) * step) : -1;
      if (next === event) continue;
      this.#paintColumns(pixels, width, height, start, column, event, previous, low, height / (high - low));
      previous = event;
      start = column;
      event = next;
    }
    return this.#image;
  }

  #paintColumns(
    pixels: Uint32Array,
    width: number,
    height: number,
    left: number,
    right: number,
    event: number,
    previous: number,
    low: number,
    scale: number,
  ): void {
    const { model, colouring, paint, found, selected, hovered, from, to } = this.#state;
    const { blocks } = model;
    const { category } = colouring;
    const stack = this.stackAt(event);
    const matches = found?.matches;
    // A block at least so many events long is wide enough for a line at its left.
    const wide = this.#state.axis.name === "events" ? ((to - from) / width) * 6 : 0;
    let bytes = 0;
    let bottom = 0;
    let top = height - Math.round((0 - low) * scale);
    for (let at = 0; at < stack.count; at++) {
      const block = stack.blocks[at]!;
      bytes += blocks.size[block]!;
      bottom = top;
      top = height - Math.round((bytes - low) * scale);
      if (top === bottom) continue;
      if (bottom <= 0) break;
      const shade = category[block]! * SHADES + (block % SHADES);
      const plain = matches === undefined || matches[block] === 1 ? paint.plain[shade]! : paint.dimmed[shade]!;
      const colour = block === selected ? paint.selected : block === hovered ? paint.hovered : plain;
      const edge = previous >= 0 && blocks.from[block]! > previous && blocks.to[block]! - blocks.from[block]! > wide;
      fill(top, bottom, colour, edge);
    }
    bottom = top;
    top = height - Math.round((bytes + stack.foldedBytes - low) * scale);
    fill(top, bottom, matches === undefined ? paint.folded : paint.foldedDimmed, false);

    function fill(top: number, bottom: number, colour: number, edge: boolean): void {
      const first = Math.max(top, 0);
      const last = Math.min(bottom, height);
      const line = bottom - top >= LINE_FROM;
      const columns = right - left;
      for (let row = first, begin = first * width + left; row < last; row++, begin += width) {
        const shown = line && row === top ? paint.separator : colour;
        if (columns === 1) pixels[begin] = shown;
        else pixels.fill(shown, begin, begin + columns);
        if (edge && line) pixels[begin] = paint.separator;
      }
    }
  }
}
