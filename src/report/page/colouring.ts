import { formatBytes } from "../format/units.ts";
import type { GroupRow, ReportModel } from "../model/report-model.ts";
import { CATEGORY_COLOURS, SIZE_COLOURS, pixelOf } from "./palette.ts";
import type { Palette } from "./palette.ts";

export type ColourBy = "label" | "phase" | "site" | "size";

/** A colour of its own per block category, and what the colours stand for. */
export interface Colouring {
  readonly by: ColourBy;
  /** Index into `legend`, per block. */
  readonly category: Uint8Array;
  /** `query` finds the blocks of this colour; empty where no query does. */
  readonly legend: readonly { readonly name: string; readonly query: string }[];
  /** The legend's colour, `#rrggbb`. */
  colourOf(category: number, palette: Palette): string;
}

/** Neighbours of one colour are told apart by its shades. */
export const SHADES = 3;

/** What the trace can be coloured by; the first is the best. */
export function colouringsOf(model: ReportModel): ColourBy[] {
  const choices: ColourBy[] = [];
  if (model.blocks.label.some((label) => label >= 0)) choices.push("label");
  if (model.blocks.site.some((site) => site >= 0)) choices.push("site");
  choices.push("size");
  if (model.byPhase.length > 1) choices.push("phase");
  return choices;
}

/** @param phaseOf the phase of each block, -1 for none */
export function makeColouring(by: ColourBy, model: ReportModel, phaseOf: Int32Array): Colouring {
  const { blocks, strings, phases } = model;
  if (by === "size") return colourBySize(model);
  if (by === "label") return colourByName(by, blocks.label, strings, model.byLabel);
  if (by === "site") return colourByName(by, blocks.site, strings, sumBySite(model));
  const names = [...new Set(phases.map(({ name }) => name))];
  const numbers = new Map(names.map((name, index) => [name, index]));
  const name = phaseOf.map((phase) => (phase < 0 ? -1 : numbers.get(phases[phase]!.name)!));
  return colourByName(by, name, names, model.byPhase);
}

type Row = Pick<GroupRow, "name" | "ownPeakBytes">;

/** The seven largest names have colours; the rest shares a grey, and so do blocks without a name. */
function colourByName(by: ColourBy, name: Int32Array, names: readonly string[], rows: readonly Row[]): Colouring {
  const known = new Map(names.map((name, index) => [name, index]));
  const ranked = rows.filter((row) => known.has(row.name)).sort((a, b) => b.ownPeakBytes - a.ownPeakBytes);
  const shown = ranked.length > CATEGORY_COLOURS ? ranked.slice(0, CATEGORY_COLOURS) : ranked;
  const other = shown.length;
  const categoryOf = new Uint8Array(names.length).fill(other);
  for (const [index, row] of shown.entries()) categoryOf[known.get(row.name)!] = index;
  const category = new Uint8Array(name.length);
  for (let block = 0; block < name.length; block++)
    category[block] = name[block]! < 0 ? other : categoryOf[name[block]!]!;
  const legend = shown.map((row) => ({ name: row.name, query: `${by}:"${row.name}"` }));
  if (category.includes(other)) legend.push({ name: ranked.length > other ? `other ${by}s` : `no ${by}`, query: "" });
  return {
    by,
    category,
    legend,
    colourOf: (category, palette) => (category === other ? palette.none : palette.categories[category]!),
  };
}

function sumBySite({ blocks, strings, peak }: ReportModel): Row[] {
  const sums = new Float64Array(strings.length);
  for (let block = 0; block < blocks.count; block++) {
    if (blocks.site[block]! < 0) continue;
    const alive = blocks.from[block]! <= peak.event && blocks.to[block]! > peak.event;
    // What is alive at the peak comes first; among the rest, whoever allocated most.
    sums[blocks.site[block]!]! += alive ? blocks.size[block]! : blocks.size[block]! / 1e6;
  }
  return strings.flatMap((name, index) => (sums[index]! > 0 ? [{ name, ownPeakBytes: sums[index]! }] : []));
}

/** Seven classes, each twice the one below, up to the largest block. */
function colourBySize({ blocks }: ReportModel): Colouring {
  if (blocks.count === 0) return { by: "size", category: new Uint8Array(0), legend: [], colourOf: () => "#000000" };
  const largest = blocks.size.reduce((a, b) => Math.max(a, b), 1);
  const top = Math.max(Math.ceil(Math.log2(largest + 1)), SIZE_COLOURS);
  const limits = Array.from({ length: SIZE_COLOURS - 1 }, (_, at) => 2 ** (top - (SIZE_COLOURS - 1 - at)));
  const category = new Uint8Array(blocks.count);
  for (let block = 0; block < blocks.count; block++) {
    let at = 0;
    while (at < limits.length && blocks.size[block]! >= limits[at]!) at++;
    category[block] = at;
  }
  const legend = Array.from({ length: SIZE_COLOURS }, (_, at) => {
    const from = limits[at - 1] ?? 0;
    const below = limits[at] ?? 2 ** top;
    const name = at === 0 ? `below ${formatBytes(below)}` : `${formatBytes(from)} to ${formatBytes(below)}`;
    return { name, query: at === 0 ? `<${below}` : `>=${from} <${below}` };
  });
  return { by: "size", category, legend, colourOf: (category, palette) => palette.sizes[category]! };
}

/** Pixels by category and shade, plain and dimmed, for painting without arithmetic. */
export interface Paint {
  readonly plain: Uint32Array;
  readonly dimmed: Uint32Array;
  readonly folded: number;
  readonly foldedDimmed: number;
  readonly separator: number;
  readonly selected: number;
  readonly hovered: number;
}

export function makePaint(colouring: Colouring, palette: Palette): Paint {
  const plain = new Uint32Array(256 * SHADES);
  const dimmed = new Uint32Array(256 * SHADES);
  for (const category of colouring.legend.keys()) {
    const colour = colouring.colourOf(category, palette);
    for (let shade = 0; shade < SHADES; shade++) {
      // Sizes are told by lightness, which shades must not blur.
      const mixed = pixelOf(colour, palette.surface, shade * (colouring.by === "size" ? 0.05 : 0.12));
      plain[category * SHADES + shade] = mixed;
      dimmed[category * SHADES + shade] = pixelOf(colour, palette.surface, 0.82 + shade * 0.03);
    }
  }
  return {
    plain,
    dimmed,
    folded: pixelOf(palette.folded),
    foldedDimmed: pixelOf(palette.folded, palette.surface, 0.6),
    separator: pixelOf(palette.surface),
    selected: pixelOf(palette.accent),
    hovered: pixelOf(palette.accent, palette.surface, 0.35),
  };
}
