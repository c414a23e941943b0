/**
 * The few assertions the kit needs. They depend on no runner and no runtime, so that the kit works in a browser, in a
 * worker and under any test framework.
 */
import { describe } from "../errors.ts";
import { ContractViolationError } from "./contract-violation-error.ts";
import { firstMismatch, patternByte } from "./pattern.ts";

/** What {@link assertThrows} expects of an error. */
export interface ExpectedError {
  /** The error must be an instance of this class. */
  readonly type: abstract new (...args: never[]) => Error;
  /** The error must have this `code`. */
  readonly code?: string;
}

/** Throws unless the two are the same value by `Object.is`. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  throw new ContractViolationError(`${what}: expected ${show(expected)}, got ${show(actual)}.`, actual, expected);
}

/** Throws unless the condition holds. `what` is the rule, `actual` what was there instead. */
export function assertTrue(condition: boolean, what: string, actual: unknown = condition): asserts condition {
  if (!condition) throw new ContractViolationError(`${what}, got ${show(actual)}.`, actual, true);
}

/**
 * Throws unless `call` throws an error of the given class and code.
 *
 * @returns the error, to look at its fields
 */
export function assertThrows(call: () => unknown, expected: ExpectedError, what: string): Error {
  const wanted = expected.code === undefined ? expected.type.name : `${expected.type.name} (${expected.code})`;
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (error instanceof expected.type && (expected.code === undefined || codeOf(error) === expected.code))
      return error;
    throw new ContractViolationError(`${what}: expected ${wanted}, got ${show(error)}.`, error, wanted, {
      cause: error,
    });
  }
  throw new ContractViolationError(`${what}: expected ${wanted}, but it returned ${show(result)}.`, result, wanted);
}

/** Throws unless the bytes hold the pattern of this seed, all of it. */
export function assertPattern(bytes: ArrayLike<number>, seed: number, what: string): void {
  const at = firstMismatch(bytes, seed);
  if (at < 0) return;
  const expected = patternByte(seed, at);
  throw new ContractViolationError(
    `${what}: byte ${at} of ${bytes.length} should hold ${expected}, and holds ${bytes[at]}. ` +
      "Another block was written over it, or its contents were not kept.",
    bytes[at],
    expected,
  );
}

/** The `code` of an error, when it has one. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** A value in a message; an error with its class, code and message. */
function show(value: unknown): string {
  if (!(value instanceof Error)) return describe(value);
  const code = codeOf(value);
  return `${value.name}${code === undefined ? "" : ` (${code})`}: ${value.message}`;
}
