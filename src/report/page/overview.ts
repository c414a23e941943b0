import { clamp } from "./axis.ts";
import { Picture } from "./dom.ts";
import { followPointer } from "./gestures.ts";
import type { PageState } from "./page-state.ts";

const LEFT = 68;
const RIGHT = 10;
const HANDLE = 8;

/** The whole trace in a strip, with the part that the timeline shows: drag it, its edges, or draw another. */
export class Overview {
  readonly #state: PageState;
  readonly #picture: Picture;
  #mode: "move" | "left" | "right" | "draw" = "move";
  #anchor = 0;

  static attach(...args: ConstructorParameters<typeof Overview>): Overview {
    return new Overview(...args);
  }

  constructor(canvas: HTMLCanvasElement, state: PageState) {
    this.#state = state;
    this.#picture = new Picture(canvas, () => this.#draw());
    state.onChange(() => this.#picture.redraw());
    followPointer(canvas, {
      hover: (x) => {
        const mode = this.#modeAt(x);
        canvas.style.cursor = mode === "move" ? "grab" : mode === "draw" ? "crosshair" : "ew-resize";
      },
      begin: (x) => {
        this.#mode = this.#modeAt(x);
        this.#anchor = this.#positionAt(x);
      },
      drag: (dx, _dy, x) => this.#drag(dx, x),
      press: (x) => {
        const span = state.to - state.from;
        state.show(this.#positionAt(x) - span / 2, this.#positionAt(x) + span / 2);
      },
    });
    canvas.addEventListener("dblclick", () => state.reset());
  }

  get #width(): number {
    return Math.max(this.#picture.width - LEFT - RIGHT, 1);
  }

  #positionAt(x: number): number {
    return clamp((x - LEFT) / this.#width, 0, 1) * this.#state.axis.end;
  }

  #xOf(position: number): number {
    return LEFT + (position / this.#state.axis.end) * this.#width;
  }

  #modeAt(x: number): "move" | "left" | "right" | "draw" {
    const left = this.#xOf(this.#state.from);
    const right = this.#xOf(this.#state.to);
    if (Math.abs(x - left) < HANDLE) return "left";
    if (Math.abs(x - right) < HANDLE) return "right";
    return x > left && x < right && right - left < this.#width - 1 ? "move" : "draw";
  }

  #drag(dx: number, x: number): void {
    const state = this.#state;
    const at = this.#positionAt(x);
    if (this.#mode === "move") state.pan((dx / this.#width) * state.axis.end);
    else if (this.#mode === "left") state.show(Math.min(at, state.to - 1e-6), state.to);
    else if (this.#mode === "right") state.show(state.from, Math.max(at, state.from + 1e-6));
    else state.show(Math.min(at, this.#anchor), Math.max(at, this.#anchor));
  }

  #draw(): void {
    const { context, height } = this.#picture;
    const { palette, axis, live, model, from, to, found } = this.#state;
    if (model.counts.events === 0) return;
    const base = height - 3;
    const scale = (base - 3) / Math.max(model.peak.bytes, 1);
    context.fillStyle = palette.muted;
    context.globalAlpha = 0.45;
    context.beginPath();
    context.moveTo(LEFT, base);
    for (let x = 0; x < this.#width; x++) {
      const first = axis.eventAt((x / this.#width) * axis.end);
      const last = axis.eventAt(((x + 1) / this.#width) * axis.end);
      context.lineTo(LEFT + x, base - live.live[live.mostBetween(first, Math.max(last, first))]! * scale);
    }
    context.lineTo(LEFT + this.#width, base);
    context.fill();
    context.globalAlpha = 1;
    if (found !== null) {
      context.fillStyle = palette.accent;
      for (const block of found.largest) {
        const left = this.#xOf(axis.positionOf(model.blocks.from[block]!));
        const right = this.#xOf(axis.positionOf(model.blocks.to[block]!));
        context.fillRect(left, base, Math.max(right - left, 1), 2);
      }
    }
    const left = this.#xOf(from);
    const right = this.#xOf(to);
    context.fillStyle = palette.surface;
    context.globalAlpha = 0.62;
    context.fillRect(LEFT, 0, left - LEFT, height);
    context.fillRect(right, 0, LEFT + this.#width - right, height);
    context.globalAlpha = 1;
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.strokeRect(left + 0.75, 0.75, Math.max(right - left - 1.5, 2), height - 1.5);
    context.lineWidth = 1;
    context.fillStyle = palette.accent;
    for (const x of [left, right]) {
      context.beginPath();
      context.roundRect(x - 3, height / 2 - 10, 6, 20, 3);
      context.fill();
    }
  }
}
