/**
 * The errors of the package (those of the testing kit stand there). Each has a stable `code` to branch on, its numbers as fields, and a message that
 * ends in what to do. A size that is no valid size is the language's own RangeError or TypeError, with a `code` too.
 */

/** The base of every error class of this package. */
export abstract class TensorHeapError extends Error {
  /** Stable between versions, unlike the message. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The numbers behind an {@link OutOfMemoryError}, all in bytes. */
export interface OutOfMemoryDetails {
  /** Class name of the allocator that refused, or the name it was given. */
  readonly allocator: string;
  readonly requestedBytes: number;
  readonly liveBytes: number;
  /** The bound that was hit; `Infinity` when the runtime itself refused. */
  readonly limitBytes: number;
  readonly largestFreeBytes: number;
  /** What to do, or why it is final; ends the message. */
  readonly hint?: string;
}

/** The bytes cannot be had. Nothing was changed; the allocator is as usable as before. */
export class OutOfMemoryError extends TensorHeapError {
  readonly code = "ERR_OUT_OF_MEMORY";
  readonly allocator: string;
  readonly requestedBytes: number;
  readonly liveBytes: number;
  readonly limitBytes: number;
  readonly largestFreeBytes: number;

  constructor(details: OutOfMemoryDetails, options?: ErrorOptions) {
    const { allocator, requestedBytes, liveBytes, limitBytes, largestFreeBytes } = details;
    const hint = details.hint ?? "Free something first, or raise the limit.";
    const limit = limitBytes === Infinity ? ", with no limit set" : ` of a limit of ${limitBytes}`;
    super(
      `${allocator} cannot allocate ${requestedBytes} bytes: ${liveBytes} bytes are live${limit}, ` +
        `and the largest free block has ${largestFreeBytes}. ${hint}`,
      options,
    );
    this.allocator = allocator;
    this.requestedBytes = requestedBytes;
    this.liveBytes = liveBytes;
    this.limitBytes = limitBytes;
    this.largestFreeBytes = largestFreeBytes;
  }
}

/** A handle that is not live in the allocator it was given to. */
export class InvalidHandleError extends TensorHeapError {
  readonly code = "ERR_INVALID_HANDLE";
  readonly handle: unknown;

  constructor(allocator: string, operation: "lock" | "unlock", handle: unknown) {
    super(
      `${allocator}.${operation}: ${describe(handle)} is no live handle of this allocator. ` +
        "It was freed already, or came from another allocator; keep a handle with the allocator that gave it.",
    );
    this.handle = handle;
  }
}

/** An unlock without a lock, or a lock that conflicts with one held elsewhere. */
export class LockError extends TensorHeapError {
  readonly code = "ERR_LOCK";
  readonly handle: unknown;

  /** The error of every allocator's `unlock` of a handle that is live and not locked. */
  static notLocked(allocator: string, handle: unknown): LockError {
    return new LockError(
      `${allocator}.unlock: handle ${describe(handle)} is not locked. Unlock once per lock.`,
      handle,
    );
  }

  constructor(message: string, handle?: unknown) {
    super(message);
    this.handle = handle;
  }
}

/** A precision, layout, shape or region of interest that makes no sense. */
export class DescError extends TensorHeapError {
  readonly code = "ERR_DESC";
}

/** A blob in the wrong state for what was asked of it, or memory that does not fit its desc. */
export class BlobError extends TensorHeapError {
  readonly code = "ERR_BLOB";
}

/** An engine refused its input, or failed while it ran. `cause` is the engine's own error, where it had one. */
export class EngineError extends TensorHeapError {
  readonly code = "ERR_ENGINE";
  /** The input or output it is about, where it is about one. */
  readonly tensor: string | undefined;

  constructor(message: string, tensor?: string, options?: ErrorOptions) {
    super(message, options);
    this.tensor = tensor;
  }
}

/** `check()` found an invariant broken: memory was corrupted, or the allocator has a bug. */
export class CorruptionError extends TensorHeapError {
  readonly code = "ERR_CORRUPTION";
}

/** The largest size that `alloc` takes, in bytes: above it, not every integer is a number. */
export const MAX_SIZE: number = Number.MAX_SAFE_INTEGER;

/**
 * Throws unless `size` is a valid argument of `alloc`.
 *
 * @throws {TypeError} with code `ERR_SIZE` when it is no number
 * @throws {RangeError} with code `ERR_SIZE` when it is negative, fractional, NaN or unsafe
 */
export function assertSize(size: unknown): asserts size is number {
  if (typeof size !== "number") {
    const message = `size must be a number of bytes, not ${describe(size)}. Convert it with Number() first.`;
    throw Object.assign(new TypeError(message), { code: "ERR_SIZE" });
  }
  if (!Number.isSafeInteger(size) || size < 0) {
    const message = `size must be an integer from 0 to 2^53 - 1 bytes, not ${size}. Round it up with Math.ceil.`;
    throw Object.assign(new RangeError(message), { code: "ERR_SIZE" });
  }
}

/** The error for an option of the wrong kind, with code `ERR_OPTIONS`. */
export function optionError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: "ERR_OPTIONS" });
}

/** The error for an option of the right kind that is out of its range, with code `ERR_OPTIONS`. */
export function optionRangeError(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: "ERR_OPTIONS" });
}

/** A value as an error message shows it: short, telling a string from a number, and never throwing itself. */
export function describe(value: unknown): string {
  try {
    return shown(value);
  } catch {
    // A getter that throws, or a revoked proxy.
    return "an object";
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return describeArray(value);
  if (value === null || typeof value !== "object") return String(value);
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `a ${name}` : "an object";
}

function describeArray(values: readonly unknown[]): string {
  const shown = values.slice(0, 8).map((value) => (Array.isArray(value) ? "[…]" : describe(value)));
  return `[${shown.join(", ")}${values.length > 8 ? `, … ${values.length} in all` : ""}]`;
}
