import { bfloat16FromFloat32, float32FromBfloat16 } from "../formats/bfloat16.ts";
import { float16FromFloat32, float32FromFloat16 } from "../formats/float16.ts";
import type { PlanePlan, PlaneWork } from "../plane-plan.ts";
import type { PrecisionName } from "../precision.ts";
import { SetWork } from "./convert-work.ts";
import { encoderOf } from "./codecs.ts";
import type { Rounding } from "./round.ts";
import { convertWide } from "./wide-codecs.ts";

/** Converts `count` elements, from `s` and every `fromStep` on to `t` and every `toStep` on. */
type Run<F, T> = (from: F, s: number, fromStep: number, count: number, to: T, t: number, toStep: number) => void;

/** Elements a call: of a loop that is entered often the compiler makes more than of one that it finds running. */
const CHUNK = 1024;

/** Integers whose values the second holds, all of them. */
const WIDENS: Partial<Record<PrecisionName, readonly PrecisionName[]>> = {
  U8: ["U16", "I16", "U32", "I32"],
  I8: ["I16", "I32"],
  U16: ["U32", "I32"],
  I16: ["I32"],
};

/** A way from one precision to another without the detour over doubles; `undefined` where there is none. */
export function directWork(
  source: PrecisionName,
  from: Uint8Array,
  target: PrecisionName,
  to: Uint8Array,
  plan: PlanePlan,
  rounding: Rounding,
): PlaneWork | undefined {
  if (source === "FP32" && target === "FP16") return new RunWork(plan, float16FromFloat32, words32(from), words16(to));
  if (source === "FP32" && target === "BF16") return new RunWork(plan, bfloat16FromFloat32, words32(from), words16(to));
  if (source === "BF16" && target === "FP32") return new RunWork(plan, float32FromBfloat16, words16(from), words32(to));
  if (source === "FP16" && target === "FP32") {
    const floats = new Float32Array(to.buffer, to.byteOffset, to.length / 4);
    return new RunWork(plan, float32FromFloat16, words16(from), floats);
  }
  if (source === "FP32" && target === "U8" && rounding === "half-to-even") {
    const floats = new Float32Array(from.buffer, from.byteOffset, from.length / 4);
    return new RunWork(plan, clampToBytes, floats, new Uint8ClampedArray(to.buffer, to.byteOffset, to.length));
  }
  if (source === "I64" && target === "U64") return new RunWork(plan, toUnsigned, words32(from), words32(to));
  if (source === "U64" && target === "I64") return new RunWork(plan, toSigned, words32(from), words32(to));
  if (!SetWork.suits(plan) || !isSettable(source, target)) return undefined;
  return new SetWork(plan, encoderOf(source)!.view(from), encoderOf(target)!.view(to));
}

class RunWork<F, T> implements PlaneWork {
  readonly #plan: PlanePlan;
  readonly #run: Run<F, T>;
  readonly #from: F;
  readonly #to: T;

  constructor(plan: PlanePlan, run: Run<F, T>, from: F, to: T) {
    this.#plan = plan;
    this.#run = run;
    this.#from = from;
    this.#to = to;
  }

  plane(s: number, t: number, rows: number, cols: number): void {
    const { rows: row, cols: col } = this.#plan;
    const run = this.#run;
    for (let r = 0; r < rows; r++) {
      for (let done = 0; done < cols; done += CHUNK) {
        const a = s + r * row.source + done * col.source;
        const b = t + r * row.target + done * col.target;
        run(this.#from, a, col.source, Math.min(CHUNK, cols - done), this.#to, b, col.target);
      }
    }
  }
}

/** What a `Uint8ClampedArray` makes of a number is what we do: rounded with ties to even, clamped, and 0 for NaN. */
const clampToBytes: Run<Float32Array, Uint8ClampedArray> = (from, s, fromStep, count, to, t, toStep) => {
  if (fromStep === 1 && toStep === 1) {
    for (let a = s, b = t; a < s + count; a++, b++) to[b] = from[a]!;
  } else {
    for (let i = 0, a = s, b = t; i < count; i++, a += fromStep, b += toStep) to[b] = from[a]!;
  }
};
const toSigned: Run<Uint32Array, Uint32Array> = (from, s, fromStep, count, to, t, toStep) =>
  convertWide(from, s, fromStep, count, to, t, toStep, true);
const toUnsigned: Run<Uint32Array, Uint32Array> = (from, s, fromStep, count, to, t, toStep) =>
  convertWide(from, s, fromStep, count, to, t, toStep, false);

function isSettable(source: PrecisionName, target: PrecisionName): boolean {
  if (target === "FP32" || target === "FP64") return encoderOf(source)!.isPlain;
  return WIDENS[source]?.includes(target) === true;
}

function words32({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function words16({ buffer, byteOffset, length }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length / 2);
}
