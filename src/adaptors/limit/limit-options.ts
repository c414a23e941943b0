import { describe, optionError } from "../../errors.ts";
import type { OutOfMemoryError } from "../../errors.ts";

/** What a pressure callback is told. All in bytes. */
export interface MemoryPressure {
  /** What has to be freed, at least, so that the block fits. Of the upstream's exhaustion: all of the block. */
  readonly neededBytes: number;
  readonly requestedBytes: number;
  readonly liveBytes: number;
  readonly maxBytes: number;
  /** The upstream's refusal; `undefined` when it is the budget that is used up. */
  readonly cause: OutOfMemoryError | undefined;
}

/** What a callback of the soft mark is told. All in bytes. */
export interface SoftLimit {
  readonly liveBytes: number;
  readonly softBytes: number;
  readonly maxBytes: number;
}

/** How a `LimitAdaptor` is made. */
export interface LimitOptions {
  /** The hard mark: the most bytes that may be live at once. `Infinity`: only the upstream's own limit counts. */
  readonly maxBytes: number;
  /** The soft mark. Default: none. */
  readonly softBytes?: number;
  /**
   * Called when a block cannot be had, before it is refused: free something, drop a cache. It is called again as long as
   * that made bytes free and not yet enough. What it throws, `alloc` throws.
   */
  readonly onPressure?: (pressure: MemoryPressure) => void;
  /** Called once when an `alloc` takes the live bytes above the soft mark, and again after they fell to it. */
  readonly onSoftLimit?: (limit: SoftLimit) => void;
  /** What errors call it. Default: `LimitAdaptor`. */
  readonly name?: string;
}

/** The options, with their defaults. */
export interface ResolvedLimitOptions {
  readonly name: string;
  readonly maxBytes: number;
  readonly softBytes: number;
  readonly onPressure: LimitOptions["onPressure"];
  readonly onSoftLimit: LimitOptions["onSoftLimit"];
}

/** Fills in the defaults. @throws {TypeError} or {RangeError} for an option that makes no sense */
export function resolveLimitOptions(options: LimitOptions): ResolvedLimitOptions {
  if (typeof options !== "object" || options === null) {
    throw optionError(`The options of a LimitAdaptor are { maxBytes, … }, not ${describe(options)}.`);
  }
  return {
    name: options.name ?? "LimitAdaptor",
    maxBytes: bytesOf("maxBytes", options.maxBytes),
    softBytes: options.softBytes === undefined ? Infinity : bytesOf("softBytes", options.softBytes),
    onPressure: callback("onPressure", options.onPressure),
    onSoftLimit: callback("onSoftLimit", options.onSoftLimit),
  };
}

/** The mark as it was given. @throws {TypeError} or {RangeError} when it is no number of bytes */
export function bytesOf(name: string, value: unknown): number {
  if (value === Infinity) return value;
  if (typeof value !== "number") throw optionError(`${name} must be a number of bytes, not ${describe(value)}.`);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  const message = `${name} must be an integer from 0 to 2^53 - 1 bytes, or Infinity, not ${value}.`;
  throw Object.assign(new RangeError(message), { code: "ERR_SIZE" });
}

function callback<F>(name: string, value: F): F {
  if (value === undefined || typeof value === "function") return value;
  throw optionError(`${name} must be a function, not ${describe(value)}.`);
}
