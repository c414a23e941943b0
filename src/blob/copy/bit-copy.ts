import type { PlanePlan, PlaneWork } from "../plane-plan.ts";

/**
 * Copies elements of a number of bits that is no multiple of 8, bit by bit. Packed elements start at the lowest bit of a
 * byte, those of BIN at the highest, as in OpenVINO.
 */
export class BitCopy implements PlaneWork {
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  readonly #plan: PlanePlan;
  readonly #bits: number;
  /** What turns the number of a bit around in its byte. */
  readonly #flip: 0 | 7;

  constructor(from: Uint8Array, to: Uint8Array, plan: PlanePlan, bits: number, highFirst: boolean) {
    this.#from = from;
    this.#to = to;
    this.#plan = plan;
    this.#bits = bits;
    this.#flip = highFirst ? 7 : 0;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const { rows: row, cols: col } = this.#plan;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        this.#element(s + r * row.source + c * col.source, t + r * row.target + c * col.target);
      }
    }
  }

  #element(s: number, t: number): void {
    const from = this.#from;
    const to = this.#to;
    const bits = this.#bits;
    const flip = this.#flip;
    for (let bit = 0; bit < bits; bit++) {
      const a = s * bits + bit;
      const b = t * bits + bit;
      const value = (from[Math.floor(a / 8)]! >> ((a % 8) ^ flip)) & 1;
      const index = Math.floor(b / 8);
      const shift = (b % 8) ^ flip;
      to[index] = (to[index]! & ~(1 << shift)) | (value << shift);
    }
  }
}
