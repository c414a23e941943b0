/**
 * The arithmetic of YUV to RGB: ITU-R Recommendation BT.601-7, 8-bit samples of limited range (sections 2.5.1 to 2.5.3).
 *
 * From there: luma weights 0.299 R, 0.587 G, 0.114 B; luma from 16 to 235, so 219 steps; chroma from 16 to 240 around
 * 128, so 224 steps. Inverted, for R, G, B from 0 to 255:
 *
 *     R = 255 / 219 (Y - 16)                                              + 255 / 224 · 1.402 (V - 128)
 *     G = 255 / 219 (Y - 16) - 255 / 224 · 1.772 · 0.114 / 0.587 (U - 128) - 255 / 224 · 1.402 · 0.299 / 0.587 (V - 128)
 *     B = 255 / 219 (Y - 16) + 255 / 224 · 1.772 (U - 128)
 *
 * with 1.402 = 2 (1 - 0.299) and 1.772 = 2 (1 - 0.114). Results are rounded to the nearest integer, halves up, and
 * clamped to 0 … 255; samples outside the limited range are not treated apart. In fixed point with 20 bits: the rounded
 * factors are so exact that a result differs from the real formula only where that is within 0.0003 of a half. Results
 * are clamped by a table: on a noisy picture, branches cost three times as much.
 */
const BITS = 20;
const ONE = 2 ** BITS;
const LUMA = Math.round((255 / 219) * ONE);
const V_TO_R = Math.round((255 / 224) * 1.402 * ONE);
const U_TO_G = Math.round(((255 / 224) * 1.772 * 0.114 * ONE) / 0.587);
const V_TO_G = Math.round(((255 / 224) * 1.402 * 0.299 * ONE) / 0.587);
const U_TO_B = Math.round((255 / 224) * 1.772 * ONE);

/** No result is below -277 or above 534; all sums stay below 2^31. */
const LOWEST = -512;
const CLAMPED: Uint8Array = Uint8Array.from({ length: 1152 }, (_, i) => Math.min(Math.max(i + LOWEST, 0), 255));
const BIAS = ONE / 2 - LOWEST * ONE;

/** Bytes, and how far apart the samples of one row lie in them. */
export interface Samples {
  readonly bytes: Uint8Array;
  readonly step: number;
}

/** Where a row begins, in bytes: of each plane of the source, and of each colour of the target. */
export interface RowStart {
  y: number;
  u: number;
  v: number;
  red: number;
  green: number;
  blue: number;
}

/** Converts one row of `pairs` × 2 pixels, of which each two share a sample of chroma. */
export function convertRow(
  { bytes: ys, step: yStep }: Samples,
  { bytes: us, step: uStep }: Samples,
  { bytes: vs, step: vStep }: Samples,
  { bytes: out, step }: Samples,
  start: RowStart,
  pairs: number,
): void {
  let { y, u, v, red, green, blue } = start;
  for (let i = 0; i < pairs; i++) {
    const blueness = us[u]! - 128;
    const redness = vs[v]! - 128;
    const toRed = BIAS + Math.imul(V_TO_R, redness);
    const toGreen = BIAS - Math.imul(U_TO_G, blueness) - Math.imul(V_TO_G, redness);
    const toBlue = BIAS + Math.imul(U_TO_B, blueness);
    const left = Math.imul(LUMA, ys[y]! - 16);
    out[red] = CLAMPED[(left + toRed) >> BITS]!;
    out[green] = CLAMPED[(left + toGreen) >> BITS]!;
    out[blue] = CLAMPED[(left + toBlue) >> BITS]!;
    const right = Math.imul(LUMA, ys[y + yStep]! - 16);
    out[red + step] = CLAMPED[(right + toRed) >> BITS]!;
    out[green + step] = CLAMPED[(right + toGreen) >> BITS]!;
    out[blue + step] = CLAMPED[(right + toBlue) >> BITS]!;
    y += 2 * yStep;
    u += uStep;
    v += vStep;
    red += 2 * step;
    green += 2 * step;
    blue += 2 * step;
  }
}
