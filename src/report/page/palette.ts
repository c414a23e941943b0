/** The colours of the page's canvases, read from its style sheet, so that both themes stand in one place. */
export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly folded: string;
  readonly gap: string;
  readonly loss: string;
  readonly none: string;
  readonly categories: readonly string[];
  readonly sizes: readonly string[];
}

export const CATEGORY_COLOURS = 7;
export const SIZE_COLOURS = 7;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: read("surface"),
    ink: read("ink"),
    muted: read("muted"),
    line: read("line"),
    accent: read("accent"),
    folded: read("folded"),
    gap: read("gap"),
    loss: read("loss"),
    none: read("none"),
    categories: Array.from({ length: CATEGORY_COLOURS }, (_, at) => read(`category-${at + 1}`)),
    sizes: Array.from({ length: SIZE_COLOURS }, (_, at) => read(`size-${at + 1}`)),
  };
}

/** `#rrggbb` as the word that a pixel of a canvas is, on a little-endian machine. `share` of `other` is mixed in. */
export function pixelOf(colour: string, other: string = colour, share = 0): number {
  const [red, green, blue] = channels(colour);
  const [otherRed, otherGreen, otherBlue] = channels(other);
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return ((255 << 24) | (mix(blue, otherBlue) << 16) | (mix(green, otherGreen) << 8) | mix(red, otherRed)) >>> 0;
}

/** The CSS colour of a pixel's word. */
export function cssOf(pixel: number): string {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Whether dark text is easier to read on a pixel's colour than white text, by the contrast of WCAG 2. */
export function isBright(pixel: number): boolean {
  const luminance =
    0.2126 * linear(pixel & 255) + 0.7152 * linear((pixel >> 8) & 255) + 0.0722 * linear((pixel >> 16) & 255);
  return luminance > 0.18;
}

function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** A channel of sRGB as light. */
function linear(value: number): number {
  return value <= 10.3 ? value / 3295 : ((value / 255 + 0.055) / 1.055) ** 2.4;
}
