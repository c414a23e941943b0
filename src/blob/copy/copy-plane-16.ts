import type { PlanePlan } from "../plane-plan.ts";

/**
 * Copies `rows` × `cols` elements of 16 bits. There is a file with these loops for each width: a loop that meets arrays of
 * several classes is compiled for all of them, and is several times slower. Four elements a turn pay for the checks that
 * every access has.
 */
export function copyPlane16(
  from: Uint16Array,
  to: Uint16Array,
  { rows: row, cols: col }: PlanePlan,
  s: number,
  t: number,
  rows: number,
  cols: number,
): void {
  if (rows === 3 && row.target === 1 && col.target === 3 && col.source === 1) {
    interleave3(from, to, s, t, row.source, cols);
  } else if (rows === 3 && row.source === 1 && col.source === 3 && col.target === 1) {
    deinterleave3(from, to, s, t, row.target, cols);
  } else {
    for (let i = 0; i < rows; i++) {
      copyRow(from, to, s + i * row.source, t + i * row.target, cols, col.source, col.target);
    }
  }
}

function copyRow(
  from: Uint16Array,
  to: Uint16Array,
  s: number,
  t: number,
  cols: number,
  fromStep: number,
  toStep: number,
): void {
  const from2 = 2 * fromStep;
  const from3 = 3 * fromStep;
  const to2 = 2 * toStep;
  const to3 = 3 * toStep;
  let a = s;
  let b = t;
  let i = 4;
  for (; i <= cols; i += 4, a += 4 * fromStep, b += 4 * toStep) {
    to[b] = from[a]!;
    to[b + toStep] = from[a + fromStep]!;
    to[b + to2] = from[a + from2]!;
    to[b + to3] = from[a + from3]!;
  }
  for (i -= 4; i < cols; i++, a += fromStep, b += toStep) to[b] = from[a]!;
}

/** Three planes, `plane` apart, to pixels of three channels. */
function interleave3(from: Uint16Array, to: Uint16Array, s: number, t: number, plane: number, cols: number): void {
  let a = s;
  let b = t;
  let i = 4;
  for (; i <= cols; i += 4, a += 4, b += 12) {
    const a1 = a + plane;
    const a2 = a1 + plane;
    to[b] = from[a]!;
    to[b + 3] = from[a + 1]!;
    to[b + 6] = from[a + 2]!;
    to[b + 9] = from[a + 3]!;
    to[b + 1] = from[a1]!;
    to[b + 4] = from[a1 + 1]!;
    to[b + 7] = from[a1 + 2]!;
    to[b + 10] = from[a1 + 3]!;
    to[b + 2] = from[a2]!;
    to[b + 5] = from[a2 + 1]!;
    to[b + 8] = from[a2 + 2]!;
    to[b + 11] = from[a2 + 3]!;
  }
  for (i -= 4; i < cols; i++, a++, b += 3) {
    to[b] = from[a]!;
    to[b + 1] = from[a + plane]!;
    to[b + 2] = from[a + 2 * plane]!;
  }
}

/** Pixels of three channels to three planes, `plane` apart. */
function deinterleave3(from: Uint16Array, to: Uint16Array, s: number, t: number, plane: number, cols: number): void {
  let a = s;
  let b = t;
  let i = 4;
  for (; i <= cols; i += 4, a += 12, b += 4) {
    const b1 = b + plane;
    const b2 = b1 + plane;
    to[b] = from[a]!;
    to[b + 1] = from[a + 3]!;
    to[b + 2] = from[a + 6]!;
    to[b + 3] = from[a + 9]!;
    to[b1] = from[a + 1]!;
    to[b1 + 1] = from[a + 4]!;
    to[b1 + 2] = from[a + 7]!;
    to[b1 + 3] = from[a + 10]!;
    to[b2] = from[a + 2]!;
    to[b2 + 1] = from[a + 5]!;
    to[b2 + 2] = from[a + 8]!;
    to[b2 + 3] = from[a + 11]!;
  }
  for (i -= 4; i < cols; i++, a += 3, b++) {
    to[b] = from[a]!;
    to[b + plane] = from[a + 1]!;
    to[b + 2 * plane] = from[a + 2]!;
  }
}
