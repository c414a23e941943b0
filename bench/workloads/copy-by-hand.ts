/**
 * What people write themselves: one loop for one case, with what is known about it as constants. The arrays are those of
 * a dense image of three channels.
 */

type Pixels = Uint8Array | Float32Array;

/** Three planes to pixels. One function per array class would be fairer only if a process ran it on both: none does. */
export function nchwToNhwc(from: Pixels, to: Pixels, pixels: number): void {
  for (let p = 0, t = 0; p < pixels; p++, t += 3) {
    to[t] = from[p]!;
    to[t + 1] = from[p + pixels]!;
    to[t + 2] = from[p + 2 * pixels]!;
  }
}

/** Pixels to three planes. */
export function nhwcToNchw(from: Pixels, to: Pixels, pixels: number): void {
  for (let p = 0, s = 0; p < pixels; p++, s += 3) {
    to[p] = from[s]!;
    to[p + pixels] = from[s + 1]!;
    to[p + 2 * pixels] = from[s + 2]!;
  }
}

/** Pixels to normalised planes: the two operations that the formula comes down to, and no division. */
export function normaliseToNchw(
  from: Uint8Array,
  to: Float32Array,
  pixels: number,
  mean: readonly number[],
  std: readonly number[],
): void {
  const [a0, a1, a2] = [1 / 255 / std[0]!, 1 / 255 / std[1]!, 1 / 255 / std[2]!];
  const [b0, b1, b2] = [-mean[0]! / std[0]!, -mean[1]! / std[1]!, -mean[2]! / std[2]!];
  for (let p = 0, s = 0; p < pixels; p++, s += 3) {
    to[p] = from[s]! * a0 + b0;
    to[p + pixels] = from[s + 1]! * a1 + b1;
    to[p + 2 * pixels] = from[s + 2]! * a2 + b2;
  }
}

/** A rectangle of pixels, row by row. All numbers in elements. */
export function crop(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  rowStride: number,
  rowLength: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const at = start + row * rowStride;
    to.set(from.subarray(at, at + rowLength), row * rowLength);
  }
}

/** Bytes to floats, as they are. */
export function bytesToFloats(from: Uint8Array, to: Float32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}

/** Floats to bytes, rounded and clamped. */
export function floatsToBytes(from: Float32Array, to: Uint8Array): void {
  for (let i = 0; i < from.length; i++) {
    const value = from[i]!;
    to[i] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
  }
}

/** Floats, given as their bits, to the bits of half-precision numbers, rounded to nearest, ties to even. */
export function floatsToHalves(from: Uint32Array, to: Uint16Array): void {
  for (let i = 0; i < from.length; i++) {
    const bits = from[i]!;
    const sign = (bits >>> 16) & 0x8000;
    const exponent = (bits >>> 23) & 0xff;
    const fraction = bits & 0x7f_ffff;
    if (exponent > 112 && exponent < 143) {
      const half = ((exponent - 112) << 10) | (fraction >>> 13);
      const rest = fraction & 0x1fff;
      to[i] = sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
    } else if (exponent >= 143) {
      to[i] = exponent === 255 && fraction !== 0 ? 0x7e00 : sign | 0x7c00;
    } else if (exponent < 102) {
      to[i] = sign;
    } else {
      const significand = fraction | 0x80_0000;
      const shift = 126 - exponent;
      const half = significand >>> shift;
      const rest = significand & ((1 << shift) - 1);
      const middle = 1 << (shift - 1);
      to[i] = sign | (half + (rest > middle || (rest === middle && (half & 1) === 1) ? 1 : 0));
    }
  }
}
