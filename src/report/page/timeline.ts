import { formatBytes, formatCount, formatTime } from "../format/units.ts";
import type { Phase } from "../model/report-model.ts";
import { clamp, niceByteStep, niceStep } from "./axis.ts";
import { BandPainter } from "./band-painter.ts";
import { Picture, fitText } from "./dom.ts";
import { followPointer } from "./gestures.ts";
import type { PageState } from "./page-state.ts";

const LEFT = 68;
const TOP = 26;
const RIGHT = 10;
const BOTTOM = 24;
const FONT = "12px system-ui, sans-serif";

/** Live memory over time: a band per block. */
export class Timeline {
  readonly picture: Picture;
  readonly painter: BandPainter;
  readonly #state: PageState;
  readonly #buffer: HTMLCanvasElement = document.createElement("canvas");
  readonly #onHover: (block: number, folded: number, event: number, x: number, y: number) => void;
  readonly #onNote: (x: number, y: number, facts: readonly (readonly [string, string])[]) => void;
  /** The pan that a drag is making of the height. */
  #heightsAtStart: { readonly from: number; readonly to: number } | null = null;

  static attach(...args: ConstructorParameters<typeof Timeline>): Timeline {
    return new Timeline(...args);
  }

  constructor(
    canvas: HTMLCanvasElement,
    state: PageState,
    onHover: (block: number, folded: number, event: number, x: number, y: number) => void,
    onNote: (x: number, y: number, facts: readonly (readonly [string, string])[]) => void,
  ) {
    this.#state = state;
    this.#onHover = onHover;
    this.#onNote = onNote;
    this.painter = new BandPainter(state);
    this.picture = new Picture(canvas, () => this.#draw());
    state.onChange(() => this.picture.redraw());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("dblclick", () => state.reset());
    canvas.addEventListener("pointerleave", () => this.#hover(-1, -1));
    followPointer(canvas, {
      hover: (x, y) => this.#hover(x, y),
      press: (x, y) => this.#press(x, y),
      begin: () => {
        this.#heightsAtStart = state.heights;
      },
      drag: (dx, _dy, _x, totalY) => {
        this.#panHeight(totalY);
        state.pan((-dx / this.#width) * (state.to - state.from));
      },
      pinch: (factor, x) => state.zoom(factor, this.#positionAt(x)),
    });
  }

  get #width(): number {
    return Math.max(this.picture.width - LEFT - RIGHT, 1);
  }

  get #height(): number {
    return Math.max(this.picture.height - TOP - BOTTOM, 1);
  }

  /** Bytes at the bottom and at the top. */
  get #heights(): { readonly from: number; readonly to: number } {
    const { heights, axis, from, to, live, model } = this.#state;
    if (heights !== null) return heights;
    if (model.counts.events === 0) return { from: 0, to: 1024 };
    const most = live.live[live.mostBetween(axis.eventAt(from), axis.eventAt(to))]!;
    return { from: 0, to: Math.max(most, 1) * 1.06 };
  }

  #positionAt(x: number): number {
    const { from, to } = this.#state;
    return from + clamp((x - LEFT) / this.#width, 0, 1) * (to - from);
  }

  #xOf(position: number): number {
    const { from, to } = this.#state;
    return LEFT + ((position - from) / (to - from)) * this.#width;
  }

  #hover(x: number, y: number): void {
    const phase = this.#phaseAt(x, y);
    if (phase !== undefined) {
      const { from, to, name, detail } = phase;
      const bytes = this.#state.live.live[this.#state.live.mostBetween(from, Math.max(from, to - 1))]!;
      this.#onNote(x, y, [
        ["Phase", name],
        ...(detail === "" ? [] : [["Detail", detail] as const]),
        ["Events", `${formatCount(from)} to ${formatCount(to)}`],
        ["Most live", formatBytes(bytes)],
      ]);
      return;
    }
    const inside = x >= LEFT && x < LEFT + this.#width && y >= TOP && y < TOP + this.#height;
    const hit = inside ? this.#hit(x, y) : { block: -1, folded: 0, event: -1 };
    this.#onHover(hit.block, hit.folded, hit.event, x, y);
    if (hit.block === this.#state.hovered) return;
    this.#state.hovered = hit.block;
    this.#state.changed();
  }

  /** The phase whose mark in the strip on top is there. */
  #phaseAt(x: number, y: number): Phase | undefined {
    if (y < 2 || y > TOP || x < LEFT || x > LEFT + this.#width) return undefined;
    const event = this.#state.axis.eventAt(this.#positionAt(x));
    return this.#state.model.phases.findLast(({ from }) => from <= event);
  }

  #hit(x: number, y: number): { block: number; folded: number; event: number } {
    const { model } = this.#state;
    if (model.counts.events === 0) return { block: -1, folded: 0, event: -1 };
    const columns = Math.round(this.#width * this.picture.ratio);
    const column = Math.floor(((x - LEFT) / this.#width) * columns);
    const step = (this.#state.to - this.#state.from) / columns;
    const begin = this.#state.from + column * step;
    const event = this.painter.eventFor(begin, begin + step);
    const { from, to } = this.#heights;
    const bytes = from + (1 - (y - TOP) / this.#height) * (to - from);
    const stack = this.painter.stackAt(event);
    let top = 0;
    for (let at = 0; at < stack.count; at++) {
      top += model.blocks.size[stack.blocks[at]!]!;
      if (bytes < top) return { block: stack.blocks[at]!, folded: 0, event };
    }
    return { block: -1, folded: bytes < top + stack.foldedBytes ? stack.foldedBytes : 0, event };
  }

  #press(x: number, y: number): void {
    const { block, event } = this.#hit(x, y);
    this.#state.selected = block;
    if (event >= 0) this.#state.goTo(event);
  }

  #panHeight(pixels: number): void {
    const start = this.#heightsAtStart;
    if (start === null) return;
    const span = start.to - start.from;
    const by = Math.max((pixels / this.#height) * span, -start.from);
    this.#state.heights = { from: start.from + by, to: start.to + by };
  }

  #wheel(event: WheelEvent): void {
    const state = this.#state;
    const whole = state.to - state.from >= state.axis.end;
    const bounds = this.picture.canvas.getBoundingClientRect();
    if (event.shiftKey) {
      event.preventDefault();
      this.#zoomHeight(Math.exp((event.deltaY || event.deltaX) * 0.002), event.clientY - bounds.top);
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      state.pan((event.deltaX / this.#width) * (state.to - state.from));
    } else if (event.deltaY < 0 || !whole) {
      // Zoomed out all the way, the wheel scrolls the page on.
      event.preventDefault();
      state.zoom(Math.exp(event.deltaY * 0.002), this.#positionAt(event.clientX - bounds.left));
    }
  }

  #zoomHeight(factor: number, y: number): void {
    const { from, to } = this.#heights;
    const around = from + clamp(1 - (y - TOP) / this.#height, 0, 1) * (to - from);
    const low = Math.max(0, around - (around - from) * factor);
    const high = Math.max(around + (to - around) * factor, low + 64);
    const whole = low === 0 && high >= this.#state.model.peak.bytes * 1.06;
    this.#state.heights = whole ? null : { from: low, to: high };
    this.#state.changed();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const state = this.#state;
    const span = state.to - state.from;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? state.goTo(state.moment - 1) : state.pan(-span / 10)),
      ArrowRight: () => (event.shiftKey ? state.goTo(state.moment + 1) : state.pan(span / 10)),
      ArrowUp: () => this.#pickNeighbour(1),
      ArrowDown: () => this.#pickNeighbour(-1),
      "+": () => state.zoom(1 / 1.5, this.#centre()),
      "=": () => state.zoom(1 / 1.5, this.#centre()),
      "-": () => state.zoom(1.5, this.#centre()),
      "0": () => state.reset(),
      Home: () => state.pan(-state.axis.end),
      End: () => state.pan(state.axis.end),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  /** Keys zoom around the moment where it is in view. */
  #centre(): number {
    const { axis, moment, from, to } = this.#state;
    const at = axis.positionOf(moment);
    return at >= from && at <= to ? at : (from + to) / 2;
  }

  /** The block above or below the picked one, as they are stacked at the moment. */
  #pickNeighbour(by: number): void {
    const state = this.#state;
    if (state.model.counts.events === 0) return;
    const stack = this.painter.stackAt(state.moment);
    if (stack.count === 0) return;
    const at = stack.blocks.subarray(0, stack.count).indexOf(state.selected);
    state.selected = stack.blocks[at < 0 ? (by > 0 ? 0 : stack.count - 1) : clamp(at + by, 0, stack.count - 1)]!;
    state.changed();
  }

  #draw(): void {
    const begun = performance.now();
    const { context, ratio } = this.picture;
    const state = this.#state;
    const { from, to } = this.#heights;
    const width = Math.max(1, Math.round(this.#width * ratio));
    const height = Math.max(1, Math.round(this.#height * ratio));
    this.#drawHeights(from, to);
    const image = this.painter.paint(width, height, from, to);
    if (this.#buffer.width !== width || this.#buffer.height !== height) {
      this.#buffer.width = width;
      this.#buffer.height = height;
    }
    this.#buffer.getContext("2d")!.putImageData(image, 0, 0);
    context.drawImage(this.#buffer, LEFT, TOP, this.#width, this.#height);
    this.#drawAxis();
    this.#drawPhases();
    this.#drawMoment(from, to);
    // For whoever automates the page: where things are, and how long the frame took.
    const { canvas } = this.picture;
    canvas.dataset["plot"] = [LEFT, TOP, this.#width, this.#height].join(",");
    canvas.dataset["view"] = [state.from, state.to, from, to].join(",");
    canvas.dataset["least"] = String(this.painter.leastBytes);
    canvas.dataset["frame"] = (performance.now() - begun).toFixed(2);
  }

  #drawHeights(from: number, to: number): void {
    const { context } = this.picture;
    const { palette } = this.#state;
    const step = niceByteStep(to - from, this.#height / 56);
    context.font = FONT;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let bytes = Math.ceil(from / step) * step; bytes <= to; bytes += step) {
      const y = Math.round(TOP + (1 - (bytes - from) / (to - from)) * this.#height) + 0.5;
      context.strokeStyle = palette.line;
      context.beginPath();
      context.moveTo(LEFT, y);
      context.lineTo(LEFT + this.#width, y);
      context.stroke();
      context.fillStyle = palette.muted;
      context.fillText(bytes === 0 ? "0" : formatBytes(bytes), LEFT - 8, y);
    }
  }

  #drawAxis(): void {
    const { context } = this.picture;
    const { palette, axis, from, to } = this.#state;
    const finest = axis.name === "events" ? 1 : 0;
    const step = Math.max(niceStep(to - from, this.#width / 110), finest);
    const y = TOP + this.#height;
    context.font = FONT;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillStyle = palette.muted;
    context.strokeStyle = palette.muted;
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const x = Math.round(this.#xOf(at)) + 0.5;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x, y + 4);
      context.stroke();
      const text = axis.format(at, step);
      const half = context.measureText(text).width / 2;
      if (x + half > LEFT + this.#width + RIGHT) continue;
      context.fillText(text, x, y + 7);
    }
  }

  #drawPhases(): void {
    const { context } = this.picture;
    const { palette, model, axis } = this.#state;
    context.font = FONT;
    context.textAlign = "left";
    context.textBaseline = "middle";
    let drawn = LEFT - 2;
    for (const phase of model.phases) {
      const begin = this.#xOf(axis.positionOf(phase.from));
      const end = this.#xOf(axis.positionOf(phase.to));
      if (end < LEFT || begin > LEFT + this.#width) continue;
      const left = clamp(begin, LEFT, LEFT + this.#width);
      const right = clamp(end, LEFT, LEFT + this.#width);
      // Phases too narrow to be told apart share a mark.
      if (right - left < 2 && left - drawn < 2) continue;
      drawn = right;
      context.fillStyle = palette.line;
      context.fillRect(left, 4, Math.max(right - left - 1, 1), 17);
      if (begin >= LEFT) {
        context.fillStyle = palette.muted;
        context.globalAlpha = 0.4;
        context.fillRect(Math.round(begin), 4, 1, right - left < 40 ? 17 : TOP - 4 + this.#height);
        context.globalAlpha = 1;
      }
      if (right - left < 30) continue;
      const text = phase.detail === "" ? phase.name : `${phase.name} · ${phase.detail}`;
      const fitted = fitText(context, text, right - left - 10) || fitText(context, phase.name, right - left - 8);
      context.fillStyle = palette.ink;
      context.fillText(fitted, left + 5, 13);
    }
  }

  #drawMoment(low: number, high: number): void {
    const { context } = this.picture;
    const { palette, axis, moment, model, live } = this.#state;
    if (model.counts.events === 0) {
      context.fillStyle = palette.muted;
      context.font = FONT;
      context.textAlign = "center";
      context.fillText("The trace has no events.", LEFT + this.#width / 2, TOP + this.#height / 2);
      return;
    }
    const begin = axis.positionOf(moment);
    const x = Math.round(this.#xOf((begin + Math.min(axis.positionOf(moment + 1), begin + 1)) / 2)) + 0.5;
    if (x < LEFT || x > LEFT + this.#width) return;
    context.strokeStyle = palette.ink;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(x, TOP);
    context.lineTo(x, TOP + this.#height);
    context.stroke();
    context.setLineDash([]);
    const bytes = live.live[moment]!;
    const y = clamp(TOP + (1 - (bytes - low) / (high - low)) * this.#height, TOP, TOP + this.#height);
    context.fillStyle = palette.ink;
    context.beginPath();
    context.arc(x, y, 3, 0, 7);
    context.fill();
    const name = moment === model.peak.event ? "peak" : `event ${formatCount(moment)}`;
    const text = `${name} · ${formatBytes(bytes)} · ${formatTime(model.time[moment]!)}`;
    context.font = FONT;
    const width = context.measureText(text).width + 12;
    const left = clamp(x + 8, LEFT + 2, LEFT + this.#width - width - 2);
    const top = clamp(y + 8, TOP + 4, TOP + this.#height - 26);
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
}
