import { describe } from "../errors.ts";
import { PlanError } from "./plan-error.ts";

/** One buffer to place: how many bytes, and from when to when it lives. */
export interface PlanBuffer {
  /** Names the buffer in files and messages. Unique within its problem; `1` and `"1"` are the same name. */
  readonly id: string | number;
  /** When it begins to live: any safe integer. */
  readonly lower: number;
  /** When it has ceased to live, above `lower`. Lifetimes are half-open, so one may begin where another ends. */
  readonly upper: number;
  /** Bytes, a safe integer ≥ 0. A buffer of 0 bytes is in nobody's way. */
  readonly size: number;
}

/** Buffers to be laid out in one memory, so that no two that live at once overlap. */
export interface PlanProblem {
  readonly buffers: readonly PlanBuffer[];
}

/** A problem checked and laid out in flat arrays, its sizes in multiples of their greatest common divisor. */
export interface Instance {
  readonly count: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** In units. Every top of a plan in which no buffer can move down is a sum of sizes, hence a multiple of the unit too. */
  readonly size: Float64Array;
  /** Bytes of a unit; 1 where every size is 0. */
  readonly unit: number;
}

/**
 * Checks a problem and lays it out.
 *
 * @throws {PlanError} naming the first buffer that makes no sense
 */
export function readProblem(problem: PlanProblem): Instance {
  const buffers: unknown = problem?.buffers;
  if (!Array.isArray(buffers)) {
    const cure = Array.isArray(problem) ? " Give { buffers } in place of the array alone." : "";
    const given = Array.isArray(problem) ? `an array of ${problem.length}` : describe(problem);
    throw new PlanError(`A problem is { buffers: [{ id, lower, upper, size }] }, not ${given}.${cure}`);
  }
  const count = buffers.length;
  const lower = new Float64Array(count);
  const upper = new Float64Array(count);
  const size = new Float64Array(count);
  const seen = new Map<string, number>();
  let unit = 0;
  let total = 0;
  for (let index = 0; index < count; index++) {
    const buffer: unknown = buffers[index];
    assertBuffer(buffer, index);
    const name = String(buffer.id);
    const previous = seen.get(name);
    if (previous !== undefined) {
      const message = `Buffers ${previous} and ${index} have the same id ${describe(buffer.id)}. Give each its own.`;
      throw new PlanError(message, { index });
    }
    seen.set(name, index);
    lower[index] = buffer.lower;
    upper[index] = buffer.upper;
    size[index] = buffer.size;
    unit = greatestCommonDivisor(buffer.size, unit);
    total += buffer.size;
    if (total > Number.MAX_SAFE_INTEGER) {
      const message = `The sizes of buffers 0 to ${index} add up to ${total} bytes, more than 2^53 - 1. Plan fewer.`;
      throw new PlanError(message, { index });
    }
  }
  unit = Math.max(unit, 1);
  for (let index = 0; index < count; index++) size[index] = size[index]! / unit;
  return { count, lower, upper, size, unit };
}

function assertBuffer(buffer: unknown, index: number): asserts buffer is PlanBuffer {
  if (buffer === null || typeof buffer !== "object") {
    throw new PlanError(`Buffer ${index} is ${describe(buffer)}. Give { id, lower, upper, size }.`, { index });
  }
  const { id, lower, upper, size } = buffer as Record<keyof PlanBuffer, unknown>;
  if (typeof id !== "string" && typeof id !== "number") {
    throw new PlanError(`Buffer ${index} has the id ${describe(id)}. Give a string or a number.`, { index });
  }
  assertInteger(index, id, "lower", lower);
  assertInteger(index, id, "upper", upper);
  assertInteger(index, id, "size", size);
  if (size < 0) {
    const message = `Buffer ${index} (id ${describe(id)}): size is ${size}. Give 0 or more bytes.`;
    throw new PlanError(message, { index });
  }
  if (lower >= upper) {
    const message =
      `Buffer ${index} (id ${describe(id)}): lower is ${lower} and upper is ${upper}. ` +
      "Lifetimes are half-open: give an upper above lower.";
    throw new PlanError(message, { index });
  }
}

function assertInteger(index: number, id: unknown, field: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value)) return;
  const message = `Buffer ${index} (id ${describe(id)}): ${field} must be an integer, not ${describe(value)}. Round it.`;
  throw new PlanError(message, { index });
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
