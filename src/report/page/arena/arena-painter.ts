import { formatBytes } from "../../format/units.ts";
import { SHADES } from "../colouring.ts";
import { FONT, fitText } from "../dom.ts";
import type { Picture } from "../dom.ts";
import type { PageState } from "../page-state.ts";
import { cssOf, isBright, pixelOf } from "../palette.ts";
import { GAP, GRANULE, HEAD, ROW, granules, holds } from "./panel.ts";
import type { Panel } from "./panel.ts";

/** Draws the panels of the heap, and the blocks in them. */
export class ArenaPainter {
  readonly #state: PageState;
  readonly #picture: Picture;
  readonly #panels: readonly Panel[];

  constructor(picture: Picture, state: PageState, panels: readonly Panel[]) {
    this.#picture = picture;
    this.#state = state;
    this.#panels = panels;
  }

  /** @param placed the blocks, in the order of their places */
  draw(placed: Int32Array): void {
    const { context } = this.#picture;
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
    for (const panel of this.#panels) this.#drawPanel(panel, pattern);
    let panel = 0;
    const { region, granule } = model.blocks;
    for (let at = 0; at < placed.length; at++) {
      const block = placed[at]!;
      if (region[block]! < 0) continue;
      while (!holds(this.#panels[panel]!, region[block]!, granule[block]!)) panel++;
      this.#drawBlock(block, this.#panels[panel]!);
    }
    this.#drawPicked();
  }

  /** Draws an empty panel with its head; what is between blocks stays as it is here. */
  #drawPanel({ segment, top, rows, perRow }: Panel, pattern: CanvasPattern | string): void {
    const { context, width } = this.#picture;
    const { palette } = this.#state;
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
    const panel = this.#panels.find((panel) =>
      holds(panel, model.blocks.region[selected]!, model.blocks.granule[selected]!),
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
