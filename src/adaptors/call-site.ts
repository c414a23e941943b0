/**
 * Where in the user's program a call came from: the first frame of the stack that is not this package's own.
 *
 * A stack is formatted as soon as it is taken. V8 can put that off, and it would halve the cost, but an unformatted stack
 * references the functions and receivers of its frames: the blob that a block belongs to could then never be collected,
 * and would never be known to be forgotten.
 */
import { isPackageFrame, parseFrames } from "./stack-frames.ts";
import type { StackFrame } from "./stack-frames.ts";

/** Frames that a stack is taken with: enough to leave the package, and to see who called whom. */
const FRAMES = 16;

/** A place in the program, and how it was reached. */
export class CallSite {
  readonly #stack: string;
  #frames: readonly StackFrame[] | undefined;

  /** @param stack as the `stack` of an error is, in V8's form or that of SpiderMonkey and JavaScriptCore */
  constructor(stack: string) {
    this.#stack = stack;
  }

  /** The user's frames, innermost first, without this package's own and the runtime's. Empty where there are none. */
  get frames(): readonly StackFrame[] {
    this.#frames ??= usersOf(parseFrames(this.#stack));
    return this.#frames;
  }

  /** The innermost of them, as `file:line:column`; `unknown` where there is none. What reports group by. */
  get location(): string {
    return this.frames[0]?.location ?? "unknown";
  }

  /** The frames as lines of text, each as `function (file:line:column)`. */
  get trace(): string {
    return this.frames.map(String).join("\n");
  }

  /** The innermost frame, as `function (file:line:column)`. */
  toString(): string {
    return String(this.frames[0] ?? "unknown");
  }
}

interface StackCapture {
  captureStackTrace?: (target: object, above: unknown) => void;
  stackTraceLimit?: number;
}

/**
 * The place that the package was called from. Takes about 10 µs, more where the runtime maps frames to their sources.
 *
 * @param above a function that is on the stack: it and what it called are left out. The package's own functions that
 *   called it are recognised by their files.
 */
export function captureCallSite(above: (...args: never[]) => unknown): CallSite {
  const errors = Error as StackCapture;
  const limit = errors.stackTraceLimit;
  const isLimited = typeof limit === "number" && limit !== FRAMES;
  if (isLimited) trySetLimit(errors, FRAMES);
  try {
    const stack = takeStack(errors, above);
    return new CallSite(typeof stack === "string" ? stack : "");
  } catch {
    // The program's own Error.prepareStackTrace threw, and who allocates must not hear of it.
    return new CallSite("");
  } finally {
    if (isLimited) trySetLimit(errors, limit);
  }
}

function takeStack(errors: StackCapture, above: unknown): unknown {
  if (errors.captureStackTrace === undefined) return new Error("call site").stack;
  const holder: { stack?: unknown } = {};
  errors.captureStackTrace(holder, above);
  return holder.stack;
}

/** It cannot be set where the realm is frozen; the stack then has the frames that it has. */
function trySetLimit(errors: StackCapture, limit: number): void {
  try {
    errors.stackTraceLimit = limit;
  } catch {
    // Read-only.
  }
}

/** The frames outside of the package. In a program that is bundled with it into one file, those that do not look like its. */
function usersOf(frames: readonly StackFrame[]): readonly StackFrame[] {
  const users = frames.filter((frame) => !frame.isRuntime && !isPackageFrame(frame));
  if (users.length > 0) return users;
  return frames.filter((frame) => !frame.isRuntime && !frame.isNamedLikePackage);
}
