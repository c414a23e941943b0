import { formatBytes, plural } from "../format/units.ts";
import type { Segment } from "../model/report-model.ts";
import { SHADES } from "./colouring.ts";
import { Picture, fitText } from "./dom.ts";
import { followPointer } from "./gestures.ts";
import type { PageState } from "./page-state.ts";
import { cssOf, isBright, pixelOf } from "./palette.ts";

const GRANULE = 64;
const ROW = 18;
const GAP = 4;
const HEAD = 20;
const MOST_ROWS = 14;
const FONT = "12px system-ui, sans-serif";

/** A part of a region as it is drawn: so many rows, each of so many granules. */
interface Panel {
  readonly segment: Segment;
  readonly top: number;
  readonly rows: number;
  readonly perRow: number;
}

/** Sums of what the picture shows, in bytes. */
export interface ArenaSums {
  readonly live: number;
  readonly count: number;
  readonly loss: number;
  readonly free: number;
}

/** The heap's regions at one moment, as the replay laid them out: rows of blocks, gaps and rounding loss. */
export class ArenaView {
  readonly #state: PageState;
  readonly #picture: Picture;
  readonly #onHover: (block: number, x: number, y: number) => void;
  readonly #panels: readonly Panel[];
  #alive = new Int32Array(0);
  #count = 0;
  #aliveAt = -1;

  constructor(canvas: HTMLCanvasElement, state: PageState, onHover: (block: number, x: number, y: number) => void) {
    this.#state = state;
    this.#onHover = onHover;
    this.#panels = layOut(state.model.replay.segments);
    const last = this.#panels.at(-1);
    canvas.style.height = `${last === undefined ? 60 : last.top + last.rows * (ROW + GAP) + 4}px`;
    this.#picture = new Picture(canvas, () => this.#draw());
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

  sums(): ArenaSums {
    const { model } = this.#state;
    this.#look();
    let live = 0;
    let rounded = 0;
    for (let at = 0; at < this.#count; at++) {
      const block = this.#alive[at]!;
      live += model.blocks.size[block]!;
      rounded += granules(model.blocks.size[block]!) * GRANULE;
    }
    return { live, count: this.#count, loss: rounded - live, free: model.replay.footprintBytes - rounded };
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
    this.#look();
    if (this.#count === 0) return;
    const at = this.#alive.subarray(0, this.#count).indexOf(this.#state.selected);
    const next = at < 0 ? 0 : Math.max(0, Math.min(this.#count - 1, at + by));
    this.#state.selected = this.#alive[next]!;
    this.#state.changed();
  }

  /** Finds the blocks alive at the moment, in the order of their places. */
  #look(): void {
    const { moment, bands, model } = this.#state;
    if (this.#aliveAt === moment || model.counts.events === 0) return;
    this.#aliveAt = moment;
    const tier = bands.all();
    if (this.#alive.length < tier.mostAlive) this.#alive = new Int32Array(tier.mostAlive);
    this.#count = tier.aliveAt(moment, this.#alive);
    const { region, granule } = model.blocks;
    this.#alive.subarray(0, this.#count).sort((a, b) => region[a]! - region[b]! || granule[a]! - granule[b]!);
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
    for (let index = 0; index < this.#count; index++) {
      const block = this.#alive[index]!;
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

  #draw(): void {
    this.#look();
    const { context, width } = this.#picture;
    const { palette, model } = this.#state;
    context.font = FONT;
    context.textBaseline = "middle";
    context.textAlign = "left";
    if (this.#panels.length === 0) {
      context.fillStyle = palette.muted;
      context.fillText("Nothing was ever allocated.", 0, 30);
      return;
    }
    const pattern = this.#hatch();
    for (const { segment, top, rows, perRow } of this.#panels) {
      context.fillStyle = palette.muted;
      const zone = segment.down ? "small blocks" : "large blocks";
      const grown = segment.down ? ", from its end down" : ", from its start up";
      const total = formatBytes((segment.to - segment.from) * GRANULE);
      const short = `Region ${segment.region}, ${zone}: ${total}`;
      const long = `Region ${segment.region}, ${zone}${grown}: ${total}, ${formatBytes(perRow * GRANULE)} a row`;
      const text = context.measureText(long).width < width ? long : short;
      context.fillText(text, 0, top - HEAD / 2 + 1);
      for (let row = 0; row < rows; row++) {
        const length = Math.min(perRow, segment.to - segment.from - row * perRow);
        const y = top + row * (ROW + GAP);
        context.fillStyle = palette.line;
        context.fillRect(0, y, (length / perRow) * width, ROW);
        context.fillStyle = pattern;
        context.fillRect(0, y, (length / perRow) * width, ROW);
      }
    }
    let panel = 0;
    const { region, granule } = model.blocks;
    for (let at = 0; at < this.#count; at++) {
      const block = this.#alive[at]!;
      if (region[block]! < 0) continue;
      while (!holds(this.#panels[panel]!.segment, region[block]!, granule[block]!)) panel++;
      this.#drawBlock(block, this.#panels[panel]!);
    }
    this.#drawPicked();
  }

  #drawBlock(block: number, panel: Panel): void {
    const { palette, paint, colouring, model, selected, hovered, found } = this.#state;
    const size = model.blocks.size[block]!;
    const from = model.blocks.granule[block]! - panel.segment.from;
    const shade = colouring.category[block]! * SHADES + (block % SHADES);
    const plain = found === null || found.matches[block] === 1 ? paint.plain[shade]! : paint.dimmed[shade]!;
    const colour = block === selected ? palette.accent : cssOf(block === hovered ? paint.hovered : plain);
    this.#fill(panel, from, from + size / GRANULE, colour, true);
    this.#name(block, panel, from, from + size / GRANULE, block === selected ? pixelOf(palette.accent) : plain);
    const end = from + granules(size);
    if (end * GRANULE > from * GRANULE + size) this.#fill(panel, from + size / GRANULE, end, palette.loss, false);
  }

  /** Fills granules of a panel across its rows; thin things are as wide as can be seen. */
  #fill(panel: Panel, from: number, to: number, colour: string, line: boolean): void {
    const { context, width } = this.#picture;
    const perPixel = panel.perRow / width;
    context.fillStyle = colour;
    for (let row = Math.floor(from / panel.perRow); row * panel.perRow < to && row < panel.rows; row++) {
      const left = Math.max(0, from - row * panel.perRow) / perPixel;
      const right = Math.min(panel.perRow, to - row * panel.perRow) / perPixel;
      const y = panel.top + row * (ROW + GAP);
      if (!line) {
        context.fillRect(right - Math.max(right - left, 1), y, Math.max(right - left, 1), ROW);
        continue;
      }
      const gap = right - left > 4 ? 1 : 0;
      context.fillRect(left, y, Math.max(right - left - gap, 0.5), ROW);
    }
  }

  /** Writes what a block is into its first row, where there is room. */
  #name(block: number, panel: Panel, from: number, to: number, colour: number): void {
    const { context, width } = this.#picture;
    const { blocks, strings } = this.#state.model;
    const row = Math.floor(from / panel.perRow);
    const left = ((from - row * panel.perRow) / panel.perRow) * width;
    const right = Math.min(((to - row * panel.perRow) / panel.perRow) * width, width);
    const label = strings[blocks.label[block]!];
    const size = formatBytes(blocks.size[block]!);
    const text =
      fitText(context, label === undefined ? size : `${label} ${size}`, right - left - 10) ||
      fitText(context, size, right - left - 8);
    if (text === "" || text.endsWith("…")) return;
    context.fillStyle = isBright(colour) ? "#10151b" : "#ffffff";
    context.fillText(text, left + 5, panel.top + row * (ROW + GAP) + ROW / 2 + 0.5);
  }

  /** A frame around the picked block, so that colour is not all that tells it. */
  #drawPicked(): void {
    const { selected, model, moment, palette } = this.#state;
    if (selected < 0 || model.blocks.from[selected]! > moment || model.blocks.to[selected]! <= moment) return;
    const panel = this.#panels.find(({ segment }) =>
      holds(segment, model.blocks.region[selected]!, model.blocks.granule[selected]!),
    );
    if (panel === undefined) return;
    const { context, width } = this.#picture;
    const from = model.blocks.granule[selected]! - panel.segment.from;
    const row = Math.floor(from / panel.perRow);
    const left = ((from - row * panel.perRow) / panel.perRow) * width;
    const right = Math.min(left + (granules(model.blocks.size[selected]!) / panel.perRow) * width, width);
    context.strokeStyle = palette.ink;
    context.lineWidth = 2;
    context.strokeRect(left, panel.top + row * (ROW + GAP) - 1, Math.max(right - left, 3), ROW + 2);
    context.lineWidth = 1;
  }

  #hatch(): CanvasPattern | string {
    const { palette } = this.#state;
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const context = tile.getContext("2d")!;
    context.strokeStyle = palette.gap;
    context.beginPath();
    context.moveTo(-1, 7);
    context.lineTo(7, -1);
    context.moveTo(-1, 1);
    context.lineTo(1, -1);
    context.moveTo(5, 7);
    context.lineTo(7, 5);
    context.stroke();
    return this.#picture.context.createPattern(tile, "repeat") ?? palette.gap;
  }
}

/** Rows go to the segments by their size, and each has one at least. */
function layOut(segments: readonly Segment[]): Panel[] {
  const total = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const spare = Math.max(MOST_ROWS - segments.length, 0);
  let top = HEAD;
  return segments.map((segment) => {
    const length = segment.to - segment.from;
    const rows = 1 + Math.floor((length / total) * spare);
    const panel = { segment, top, rows, perRow: Math.ceil(length / rows) };
    top += rows * (ROW + GAP) + HEAD + 4;
    return panel;
  });
}

function holds(segment: Segment, region: number, granule: number): boolean {
  return segment.region === region && granule >= segment.from && granule < segment.to;
}

/** Granules of 64 bytes that hold a block; one for an empty one. */
function granules(size: number): number {
  return Math.max(1, Math.ceil(size / GRANULE));
}

/** The line below the picture. */
export function describeSums({ live, count, loss, free }: ArenaSums): string {
  return (
    `${formatBytes(live)} in ${plural(count, "block")}, ` +
    `${formatBytes(loss)} lost to rounding, ${formatBytes(free)} free of what the heap ever used`
  );
}
