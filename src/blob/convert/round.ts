/** How a number becomes an integer. */
export type Rounding = "half-to-even" | "toward-zero";

/** Below it, doubles have fractions; added and taken away again, it takes them away, ties to even. */
const TWO_52 = 2 ** 52;

/** Multiplies the first `count` values and rounds them in place. Infinities and NaN stay. */
export function roundValues(values: Float64Array, count: number, factor: number, rounding: Rounding): void {
  if (rounding === "toward-zero") {
    for (let i = 0; i < count; i++) values[i] = Math.trunc(values[i]! * factor);
    return;
  }
  for (let i = 0; i < count; i++) {
    const value = values[i]! * factor;
    if (value >= 0) values[i] = value < TWO_52 ? value + TWO_52 - TWO_52 : value;
    else values[i] = value > -TWO_52 ? value - TWO_52 + TWO_52 : value;
  }
}
