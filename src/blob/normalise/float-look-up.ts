import type { PlanePlan, PlaneWork } from "../plane-plan.ts";
import { pixelWords } from "./pixel-words.ts";

const NO_BYTES: Uint8Array = new Uint8Array();
const NO_RESULTS: Float32Array = new Float32Array();

/**
 * Writes the table's entry for each byte: row `c`, which is a channel, uses the 256 entries from `c * 256` on. A look-up
 * costs less than the arithmetic. One object serves all calls, so that they make no garbage.
 *
 * half-look-up.ts is the same for results of another array: loops that meet both are compiled for both, and took 1.6 to 2.2
 * times as long.
 */
export class FloatLookUp implements PlaneWork {
  #plan: PlanePlan | undefined;
  #table: Float32Array = NO_RESULTS;
  #from: Uint8Array = NO_BYTES;
  /** The same memory, for pixels of three bytes that lie side by side. */
  #words: Int32Array | undefined;
  #to: Float32Array = NO_RESULTS;

  bind(plan: PlanePlan, table: Float32Array, from: Uint8Array, to: Float32Array): this {
    this.#plan = plan;
    this.#table = table;
    this.#from = from;
    this.#words = plan.cols.source === 3 && plan.cols.target === 1 ? pixelWords(from) : undefined;
    this.#to = to;
    return this;
  }

  /** Lets go of the memory. */
  release(): void {
    this.#plan = undefined;
    this.#from = NO_BYTES;
    this.#words = undefined;
    this.#to = NO_RESULTS;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const { rows: row, cols: col } = this.#plan!;
    if (rows === 3) {
      const first = Math.min(s, s + 2 * row.source);
      const isPacked = this.#words !== undefined && Math.abs(row.source) === 1 && first % 4 === 0;
      const whole = isPacked ? cols - (cols % 4) : 0;
      if (isPacked) lookUpWords(this.#table, this.#words!, this.#to, first / 4, t, row.target, whole, row.source < 0);
      const a = s + whole * col.source;
      const b = t + whole * col.target;
      lookUp3(this.#table, this.#from, this.#to, a, b, row.source, row.target, cols - whole, col.source, col.target);
      return;
    }
    for (let c = 0; c < rows; c++) {
      const a = s + c * row.source;
      const b = t + c * row.target;
      lookUp(this.#table, c * 256, this.#from, this.#to, a, b, cols, col.source, col.target);
    }
  }
}

function lookUp(
  table: Float32Array,
  entry: number,
  from: Uint8Array,
  to: Float32Array,
  s: number,
  t: number,
  cols: number,
  fromStep: number,
  toStep: number,
): void {
  for (let i = 0, a = s, b = t; i < cols; i++, a += fromStep, b += toStep) to[b] = table[entry + from[a]!]!;
}

/** Three channels side by side, and four pixels a turn: that pays for the checks that every access has. */
function lookUp3(
  table: Float32Array,
  from: Uint8Array,
  to: Float32Array,
  s: number,
  t: number,
  rowFrom: number,
  rowTo: number,
  cols: number,
  from1: number,
  to1: number,
): void {
  const from2 = 2 * from1;
  const from3 = 3 * from1;
  const to2 = 2 * to1;
  const to3 = 3 * to1;
  let a = s;
  let b = t;
  let i = 4;
  for (; i <= cols; i += 4, a += 4 * from1, b += 4 * to1) {
    const aa = a + rowFrom;
    const aaa = aa + rowFrom;
    const bb = b + rowTo;
    const bbb = bb + rowTo;
    to[b] = table[from[a]!]!;
    to[b + to1] = table[from[a + from1]!]!;
    to[b + to2] = table[from[a + from2]!]!;
    to[b + to3] = table[from[a + from3]!]!;
    to[bb] = table[256 + from[aa]!]!;
    to[bb + to1] = table[256 + from[aa + from1]!]!;
    to[bb + to2] = table[256 + from[aa + from2]!]!;
    to[bb + to3] = table[256 + from[aa + from3]!]!;
    to[bbb] = table[512 + from[aaa]!]!;
    to[bbb + to1] = table[512 + from[aaa + from1]!]!;
    to[bbb + to2] = table[512 + from[aaa + from2]!]!;
    to[bbb + to3] = table[512 + from[aaa + from3]!]!;
  }
  for (i -= 4; i < cols; i++, a += from1, b += to1) {
    to[b] = table[from[a]!]!;
    to[b + rowTo] = table[256 + from[a + rowFrom]!]!;
    to[b + 2 * rowTo] = table[512 + from[a + 2 * rowFrom]!]!;
  }
}

/**
 * Four pixels of three bytes that lie side by side are three words: three reads in place of twelve. `cols` is a multiple of 4.
 *
 * @param a of the first word
 * @param isReversed whether the first byte of a pixel is the last channel
 */
function lookUpWords(
  table: Float32Array,
  from: Int32Array,
  to: Float32Array,
  a: number,
  t: number,
  rowTo: number,
  cols: number,
  isReversed: boolean,
): void {
  // Of each pixel, the first byte goes to b0 with the entries from e0 on.
  let b0 = isReversed ? t + 2 * rowTo : t;
  let b2 = isReversed ? t : t + 2 * rowTo;
  let b1 = t + rowTo;
  const e0 = isReversed ? 512 : 0;
  const e1 = 256;
  const e2 = 512 - e0;
  for (let i = 0, word = a; i < cols; i += 4, word += 3, b0 += 4, b1 += 4, b2 += 4) {
    const w0 = from[word]!;
    const w1 = from[word + 1]!;
    const w2 = from[word + 2]!;
    to[b0] = table[e0 + (w0 & 255)]!;
    to[b0 + 1] = table[e0 + (w0 >>> 24)]!;
    to[b0 + 2] = table[e0 + ((w1 >>> 16) & 255)]!;
    to[b0 + 3] = table[e0 + ((w2 >>> 8) & 255)]!;
    to[b1] = table[e1 + ((w0 >>> 8) & 255)]!;
    to[b1 + 1] = table[e1 + (w1 & 255)]!;
    to[b1 + 2] = table[e1 + (w1 >>> 24)]!;
    to[b1 + 3] = table[e1 + ((w2 >>> 16) & 255)]!;
    to[b2] = table[e2 + ((w0 >>> 16) & 255)]!;
    to[b2 + 1] = table[e2 + ((w1 >>> 8) & 255)]!;
    to[b2 + 2] = table[e2 + (w2 & 255)]!;
    to[b2 + 3] = table[e2 + (w2 >>> 24)]!;
  }
}
