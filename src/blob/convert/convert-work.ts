import { hasContiguousRows } from "../plane-plan.ts";
import type { PlanePlan, PlaneWork } from "../plane-plan.ts";
import type { Codec } from "./codec.ts";
import { roundValues } from "./round.ts";
import type { Rounding } from "./round.ts";

const CHUNK = 1024;
/** Holds the numbers on their way. One for all: nothing else runs while a conversion does. */
const values = new Float64Array(CHUNK);

/** Converts through doubles, a chunk at a time: as many loops as precisions, and not as many as pairs of them. */
export class ConvertWork implements PlaneWork {
  readonly #plan: PlanePlan;
  readonly #decoder: Codec;
  readonly #encoder: Codec;
  readonly #from: ArrayBufferView;
  readonly #to: ArrayBufferView;
  /** `undefined` where values are written as they are read. */
  readonly #rounding: Rounding | undefined;

  constructor(plan: PlanePlan, decoder: Codec, from: Uint8Array, encoder: Codec, to: Uint8Array, rounding: Rounding) {
    this.#plan = plan;
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#from = decoder.view(from);
    this.#to = encoder.view(to);
    const isExact = encoder.unitsPerOne === 0 || (encoder.unitsPerOne === 1 && !decoder.hasFractions);
    this.#rounding = isExact ? undefined : rounding;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const { rows: row, cols: col } = this.#plan;
    for (let r = 0; r < rows; r++) {
      for (let done = 0; done < cols; done += CHUNK) {
        const a = s + r * row.source + done * col.source;
        const b = t + r * row.target + done * col.target;
        this.#chunk(a, b, Math.min(CHUNK, cols - done));
      }
    }
  }

  #chunk(s: number, t: number, count: number): void {
    const { source, target } = this.#plan.cols;
    const from = this.#from;
    if (source === 1 && this.#decoder.isPlain) values.set((from as Float64Array).subarray(s, s + count));
    else this.#decoder.decode(from, s, source, count, values);
    if (this.#rounding !== undefined) roundValues(values, count, this.#encoder.unitsPerOne, this.#rounding);
    this.#encoder.encode(values, count, this.#to, t, target);
  }
}

/** What the runtime's own `set` converts as we do: numbers to a float, or to an integer that holds them all. */
export class SetWork implements PlaneWork {
  readonly #plan: PlanePlan;
  readonly #from: Float64Array;
  readonly #to: Float64Array;

  /** Any two typed arrays of numbers. */
  constructor(plan: PlanePlan, from: ArrayBufferView, to: ArrayBufferView) {
    this.#plan = plan;
    this.#from = from as Float64Array;
    this.#to = to as Float64Array;
  }

  /** Whether the rows are such that `set` can be used, and long enough that it pays. */
  static suits(plan: PlanePlan): boolean {
    return hasContiguousRows(plan) && plan.cols.extent >= 64;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const { source, target } = this.#plan.rows;
    for (let r = 0; r < rows; r++) {
      const start = s + r * source;
      this.#to.set(this.#from.subarray(start, start + cols), t + r * target);
    }
  }
}
