import { formatBytes, formatCount } from "../format/units.ts";
import { clamp } from "./axis.ts";
import { BandPainter } from "./band-painter.ts";
import { FONT, Picture } from "./dom.ts";
import { followPointer } from "./gestures.ts";
import type { PageState } from "./page-state.ts";
import { drawAxis, drawHeights } from "./timeline/draw-axes.ts";
import { drawMoment } from "./timeline/draw-moment.ts";
import { drawPhases, phaseAt } from "./timeline/phase-strip.ts";
import { TimelineScale } from "./timeline/timeline-scale.ts";
import type { Heights } from "./timeline/timeline-scale.ts";

/** Live memory over time: a band per block. */
export class Timeline {
  readonly picture: Picture;
  readonly painter: BandPainter;
  readonly #state: PageState;
  readonly #scale: TimelineScale;
  readonly #buffer: HTMLCanvasElement = document.createElement("canvas");
  readonly #onHover: (block: number, folded: number, event: number, x: number, y: number) => void;
  readonly #onNote: (x: number, y: number, facts: readonly (readonly [string, string])[]) => void;
  /** The pan that a drag is making of the height. */
  #heightsAtStart: Heights | null = null;

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
    this.#scale = new TimelineScale(this.picture, state);
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
        if (this.#heightsAtStart !== null) this.#scale.panHeights(this.#heightsAtStart, totalY);
        state.pan((-dx / this.#scale.width) * (state.to - state.from));
      },
      pinch: (factor, x) => state.zoom(factor, this.#scale.positionAt(x)),
    });
  }

  #hover(x: number, y: number): void {
    const phase = phaseAt(this.#state, this.#scale, x, y);
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
    const hit = this.#scale.holds(x, y) ? this.#hit(x, y) : { block: -1, folded: 0, event: -1 };
    this.#onHover(hit.block, hit.folded, hit.event, x, y);
    if (hit.block === this.#state.hovered) return;
    this.#state.hovered = hit.block;
    this.#state.changed();
  }

  #hit(x: number, y: number): { block: number; folded: number; event: number } {
    const { model } = this.#state;
    if (model.counts.events === 0) return { block: -1, folded: 0, event: -1 };
    const scale = this.#scale;
    const columns = Math.round(scale.width * this.picture.ratio);
    const column = Math.floor(((x - scale.left) / scale.width) * columns);
    const step = (this.#state.to - this.#state.from) / columns;
    const begin = this.#state.from + column * step;
    const event = this.painter.eventFor(begin, begin + step);
    const bytes = scale.bytesAt(y, scale.heights);
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

  #wheel(event: WheelEvent): void {
    const state = this.#state;
    const whole = state.to - state.from >= state.axis.end;
    const bounds = this.picture.canvas.getBoundingClientRect();
    if (event.shiftKey) {
      event.preventDefault();
      this.#scale.zoomHeights(Math.exp((event.deltaY || event.deltaX) * 0.002), event.clientY - bounds.top);
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      state.pan((event.deltaX / this.#scale.width) * (state.to - state.from));
    } else if (event.deltaY < 0 || !whole) {
      // Zoomed out all the way, the wheel scrolls the page on.
      event.preventDefault();
      state.zoom(Math.exp(event.deltaY * 0.002), this.#scale.positionAt(event.clientX - bounds.left));
    }
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
    const { canvas, context, ratio } = this.picture;
    const state = this.#state;
    const scale = this.#scale;
    const { heights } = scale;
    drawHeights(context, state, scale, heights);
    this.#drawBands(context, ratio, heights);
    drawAxis(context, state, scale);
    drawPhases(context, state, scale);
    if (state.model.counts.events > 0) drawMoment(context, state, scale, heights);
    else this.#sayNothing(context);
    // For whoever automates the page: where things are, and how long the frame took.
    canvas.dataset["plot"] = [scale.left, scale.top, scale.width, scale.height].join(",");
    canvas.dataset["view"] = [state.from, state.to, heights.from, heights.to].join(",");
    canvas.dataset["least"] = String(this.painter.leastBytes);
    canvas.dataset["frame"] = (performance.now() - begun).toFixed(2);
  }

  /** Draws the blocks, pixel by pixel of the display. */
  #drawBands(context: CanvasRenderingContext2D, ratio: number, { from, to }: Heights): void {
    const scale = this.#scale;
    const width = Math.max(1, Math.round(scale.width * ratio));
    const height = Math.max(1, Math.round(scale.height * ratio));
    const image = this.painter.paint(width, height, from, to);
    if (this.#buffer.width !== width || this.#buffer.height !== height) {
      this.#buffer.width = width;
      this.#buffer.height = height;
    }
    this.#buffer.getContext("2d")!.putImageData(image, 0, 0);
    context.drawImage(this.#buffer, scale.left, scale.top, scale.width, scale.height);
  }

  #sayNothing(context: CanvasRenderingContext2D): void {
    const { left, top, width, height } = this.#scale;
    context.fillStyle = this.#state.palette.muted;
    context.font = FONT;
    context.textAlign = "center";
    context.fillText("The trace has no events.", left + width / 2, top + height / 2);
  }
}
