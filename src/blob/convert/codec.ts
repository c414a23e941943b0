/** Reads the elements of one precision as numbers, and writes numbers as elements. */
export interface Codec {
  /**
   * What elements must be rounded to before they are written: the inverse of a unit. 1 for integers, 256 for Q78, 0 for
   * floats and for BOOL, which take numbers as they are.
   */
  readonly unitsPerOne: number;
  /** Whether elements can lie between the integers. */
  readonly hasFractions: boolean;
  /** Whether the elements of the view are the numbers: then `values.set(view)` reads them too, and faster. */
  readonly isPlain: boolean;
  /** The view that `decode` and `encode` take. The bytes start on a multiple of the element size. */
  view(bytes: Uint8Array): ArrayBufferView;
  /** Reads `count` elements, each `step` after the other, to the start of `values`. */
  decode(from: ArrayBufferView, s: number, step: number, count: number, values: Float64Array): void;
  /** Writes `count` values. For integers, they are integers, infinite or NaN: clamped to the range, NaN becomes 0. */
  encode(values: Float64Array, count: number, to: ArrayBufferView, t: number, step: number): void;
}
