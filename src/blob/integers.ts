/** Lists of integers from outside, and products of them that are still exact. Every failure is a {@link DescError}. */
import { DescError, describe } from "../errors.ts";

const MAX_SHOWN = 16;

/**
 * Checks a list from a caller and copies it, so that nobody can change it afterwards.
 *
 * @returns a frozen copy
 * @throws {DescError} when it is no array of integers from 0 to 2^53 - 1
 */
export function integerList(name: string, list: unknown): readonly number[] {
  if (!Array.isArray(list)) {
    throw new DescError(`${name} must be an array of integers, not ${describe(list)}. Write it as [1, 3, 224, 224].`);
  }
  const copy: number[] = [];
  for (let i = 0; i < list.length; i++) copy.push(integer(`${name}[${i}]`, list[i]));
  return Object.freeze(copy);
}

/** One integer from a caller. @throws {DescError} when it is none from 0 to 2^53 - 1 */
export function integer(name: string, value: unknown): number {
  // + 0 makes a 0 of -0.
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0;
  const cure = typeof value === "bigint" ? "Convert it with Number() first." : "Check where it was computed.";
  throw new DescError(`${name} must be an integer from 0 to 2^53 - 1, not ${shown(value)}. ${cure}`);
}

/**
 * The product of dims: 1 for no dims, 0 when any of them is 0.
 *
 * @throws {DescError} above 2^53 - 1
 */
export function product(name: string, dims: readonly number[]): number {
  if (dims.includes(0)) return 0;
  return dims.reduce((result, dim) => exact(name, dims, result * dim), 1);
}

/** `value`, which was computed from `from`. @throws {DescError} when it is above 2^53 - 1, where integers have gaps */
export function exact(name: string, from: readonly number[], value: number): number {
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  throw new DescError(`${name} of ${showList(from)} is above 2^53 - 1. Use smaller dims, or split the tensor.`);
}

/** `a / b` rounded up, exact for all safe integers. */
export function ceilDiv(a: number, b: number): number {
  const rest = a % b;
  return (a - rest) / b + (rest === 0 ? 0 : 1);
}

/** Whether two lists have the same numbers. */
export function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** A list as messages show it; a long one is cut. */
export function showList(list: readonly number[]): string {
  if (list.length <= MAX_SHOWN) return `[${list.join(", ")}]`;
  return `[${list.slice(0, MAX_SHOWN).join(", ")}, … ${list.length} in all]`;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `an array of ${value.length}` : describe(value);
}
