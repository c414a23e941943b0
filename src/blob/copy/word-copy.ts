import { hasContiguousRows } from "../plane-plan.ts";
import type { PlanePlan, PlaneWork } from "../plane-plan.ts";
import { copyPlane16 } from "./copy-plane-16.ts";
import { copyPlane32 } from "./copy-plane-32.ts";
import { copyPlane64 } from "./copy-plane-64.ts";
import { copyPlane8 } from "./copy-plane-8.ts";
import { copyPlaneWide } from "./copy-plane-wide.ts";
import { wordFor, wordsOf } from "./words.ts";
import type { Words } from "./words.ts";

/** A row of at least so many contiguous words is copied by the runtime: below, the call costs more than the loop. */
const LONG_ROW = 96;

/** Copies elements of whole bytes in the largest words that they and their memories allow. */
export class WordCopy implements PlaneWork {
  readonly #from: Words;
  readonly #to: Words;
  readonly #wordBytes: 1 | 2 | 4;
  /** Words of an element. */
  readonly #words: number;
  readonly #plan: PlanePlan;
  /** All of the memory that both are in, where they are in one: within it, rows are copied without views of them. */
  readonly #common: Uint8Array | undefined;

  constructor(from: Uint8Array, to: Uint8Array, plan: PlanePlan, elementSize: number) {
    this.#wordBytes = wordFor(elementSize, from, to);
    this.#from = wordsOf(from, this.#wordBytes);
    this.#to = wordsOf(to, this.#wordBytes);
    this.#words = elementSize / this.#wordBytes;
    this.#plan = plan;
    this.#common = from.buffer === to.buffer ? new Uint8Array(from.buffer) : undefined;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const plan = this.#plan;
    const words = this.#words;
    if (hasContiguousRows(plan) && cols * words >= LONG_ROW) this.#setRows(s, t, rows, cols * words);
    else if (words === 1) this.#copyRows(s, t, rows, cols);
    else if (words === 2 && this.#wordBytes === 4) {
      copyPlane64(this.#from as Uint32Array, this.#to as Uint32Array, plan, s, t, rows, cols);
    } else copyPlaneWide(this.#from, this.#to, words, plan, s, t, rows, cols);
  }

  #setRows(s: number, t: number, rows: number, length: number): void {
    const words = this.#words;
    const { source, target } = this.#plan.rows;
    for (let row = 0; row < rows; row++) {
      const from = (s + row * source) * words;
      const to = (t + row * target) * words;
      if (this.#common === undefined) this.#to.set(this.#from.subarray(from, from + length), to);
      else this.#moveRow(this.#common, from, to, length);
    }
  }

  #moveRow(common: Uint8Array, from: number, to: number, length: number): void {
    const start = this.#from.byteOffset + from * this.#wordBytes;
    common.copyWithin(this.#to.byteOffset + to * this.#wordBytes, start, start + length * this.#wordBytes);
  }

  #copyRows(s: number, t: number, rows: number, cols: number): void {
    const plan = this.#plan;
    if (this.#wordBytes === 4) copyPlane32(this.#from as Uint32Array, this.#to as Uint32Array, plan, s, t, rows, cols);
    else if (this.#wordBytes === 2) {
      copyPlane16(this.#from as Uint16Array, this.#to as Uint16Array, plan, s, t, rows, cols);
    } else copyPlane8(this.#from as Uint8Array, this.#to as Uint8Array, plan, s, t, rows, cols);
  }
}
