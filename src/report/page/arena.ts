import { ArenaPainter } from "./arena/arena-painter.ts";
import { GAP, ROW, granules, layOut } from "./arena/panel.ts";
import type { Panel } from "./arena/panel.ts";
import { PlacedBlocks } from "./arena/placed-blocks.ts";
import { clamp } from "./axis.ts";
import { Picture } from "./dom.ts";
import { followPointer } from "./gestures.ts";
import type { PageState } from "./page-state.ts";

/** The heap's regions at one moment, as the replay laid them out: rows of blocks, gaps and rounding loss. */
export class ArenaView {
  readonly #state: PageState;
  readonly #picture: Picture;
  readonly #onHover: (block: number, x: number, y: number) => void;
  readonly #panels: readonly Panel[];
  readonly #placed: PlacedBlocks;

  constructor(canvas: HTMLCanvasElement, state: PageState, onHover: (block: number, x: number, y: number) => void) {
    this.#state = state;
    this.#onHover = onHover;
    this.#placed = new PlacedBlocks(state);
    this.#panels = layOut(state.model.replay.segments);
    const last = this.#panels.at(-1);
    canvas.style.height = `${last === undefined ? 60 : last.top + last.rows * (ROW + GAP) + 4}px`;
    this.#picture = new Picture(canvas, () => painter.draw(this.#placed.list));
    const painter = new ArenaPainter(this.#picture, state, this.#panels);
    state.onChange(() => this.#picture.redraw());
    followPointer(canvas, {
      hover: (x, y) => {
        const block = this.#hit(x, y);
        onHover(block, x, y);
        if (block === state.hovered) return;
        state.hovered = block;
        state.changed();
      },
      press: (x, y) => state.pick(this.#hit(x, y), state.moment),
      drag: () => {},
    });
    canvas.addEventListener("pointerleave", () => this.#leave());
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** What it shows, in words. */
  describe(): string {
    return this.#placed.describe();
  }

  /** To the next event, or one before, that allocates or frees. */
  step(by: number): void {
    const state = this.#state;
    const { live } = state.live;
    const { events } = state.model.counts;
    const { count } = state.live;
    let event = state.moment;
    for (let left = Math.abs(by); left > 0; left--) {
      const from = event;
      do event += Math.sign(by);
      while (event > 0 && event < events - 1 && live[event] === live[from] && count[event] === count[from]);
    }
    state.goTo(event);
  }

  stepPhase(by: number): void {
    const { phases, counts } = this.#state.model;
    const { moment } = this.#state;
    const next = by > 0 ? phases.find((phase) => phase.from > moment) : phases.findLast((phase) => phase.from < moment);
    this.#state.goTo(next?.from ?? (by > 0 ? counts.events - 1 : 0));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 10 : 1;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.step(-by),
      ArrowRight: () => this.step(by),
      ArrowUp: () => this.#pickNeighbour(-1),
      ArrowDown: () => this.#pickNeighbour(1),
      PageUp: () => this.stepPhase(-1),
      PageDown: () => this.stepPhase(1),
      Home: () => this.#state.goTo(0),
      End: () => this.#state.goTo(this.#state.model.counts.events - 1),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #leave(): void {
    this.#onHover(-1, 0, 0);
    this.#state.hovered = -1;
    this.#state.changed();
  }

  /** The block before or after the picked one in memory. */
  #pickNeighbour(by: number): void {
    const { list } = this.#placed;
    if (list.length === 0) return;
    const at = list.indexOf(this.#state.selected);
    this.#state.selected = list[at < 0 ? 0 : clamp(at + by, 0, list.length - 1)]!;
    this.#state.changed();
  }

  #hit(x: number, y: number): number {
    const { region, granule, size } = this.#state.model.blocks;
    const panel = this.#panels.find(({ top, rows }) => y >= top && y < top + rows * (ROW + GAP));
    if (panel === undefined || x < 0 || x > this.#picture.width) return -1;
    const row = Math.floor((y - panel.top) / (ROW + GAP));
    const at = panel.segment.from + (row + x / this.#picture.width) * panel.perRow;
    const slack = (panel.perRow / this.#picture.width) * 1.5;
    let best = -1;
    let nearest = slack;
    for (const block of this.#placed.list) {
      if (region[block] !== panel.segment.region) continue;
      const end = granule[block]! + granules(size[block]!);
      const distance = Math.max(granule[block]! - at, at - end, 0);
      if (distance >= nearest && distance > 0) continue;
      best = block;
      nearest = distance;
      if (distance === 0) break;
    }
    return best;
  }
}
