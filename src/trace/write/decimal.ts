/** Numbers as ASCII digits, written straight into memory. */

const DIGIT_0 = 48;
const POINT = 46;
/** `00` to `99` as two bytes each, so that two digits take one division and one store. */
const PAIRS: Uint16Array = Uint16Array.from(
  { length: 100 },
  (_, pair) => ((DIGIT_0 + Math.floor(pair / 10)) << 8) | (DIGIT_0 + (pair % 10)),
);

/** Writes a safe integer ≥ 0. @returns where the next byte goes */
export function putInteger(view: DataView, at: number, value: number): number {
  if (value > 0x7fff_ffff) return putLarge(view, at, value);
  let rest = value | 0;
  const end = at + digitsOf(rest);
  let last = end;
  while (rest >= 10) {
    const next = (rest / 100) | 0;
    last -= 2;
    view.setUint16(last, PAIRS[rest - 100 * next]!);
    rest = next;
  }
  // What is left is one digit, or none when their number is even.
  if (last > at) view.setUint8(at, DIGIT_0 + rest);
  return end;
}

/** Writes a number ≥ 0 rounded to four decimals, which are left out when all are 0. @returns where the next byte goes */
export function putTime(view: DataView, at: number, value: number): number {
  let whole = Math.floor(value);
  let ticks = ((value - whole) * 10_000 + 0.5) | 0;
  if (ticks === 10_000) {
    whole++;
    ticks = 0;
  }
  const point = putInteger(view, at, whole);
  if (ticks === 0) return point;
  const high = (ticks / 100) | 0;
  view.setUint8(point, POINT);
  view.setUint16(point + 1, PAIRS[high]!);
  view.setUint16(point + 3, PAIRS[ticks - 100 * high]!);
  return point + 5;
}

function putLarge(view: DataView, at: number, value: number): number {
  const text = String(value);
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
}

function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}
