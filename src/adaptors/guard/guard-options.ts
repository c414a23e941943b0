import { describe, optionError, optionRangeError } from "../../errors.ts";
import { Sampler } from "../sampler.ts";
import type { GuardReport } from "./guard-report.ts";

/** How a guard is made. Every option has a default. */
export interface GuardOptions {
  /**
   * Called with each report, from the call that found it. What it throws becomes an uncaught error of its own, since
   * `free` may not throw. Default: damage is a warning on the console, once for each kind of it and call site.
   */
  readonly onReport?: (report: GuardReport) => void;
  /** Guards one block in so many, on average; for production, 1000. Default: 1, every block. */
  readonly sample?: number;
  /** Which blocks are sampled: the same seed picks the same ones. Default: 1. */
  readonly seed?: number;
  /** Bytes of freed blocks, canaries included, that are kept from being used again. Default: 64 MiB. */
  readonly quarantineBytes?: number;
  /** Freed blocks that are kept from being used again. Default: 1,024. */
  readonly quarantineBlocks?: number;
  /** Freed blocks whose call sites are remembered, for a double free. Default: 16,384. */
  readonly historyBlocks?: number;
  /** Whether fresh memory is filled with 0xcd, so that reading what was not written is seen. Default: false. */
  readonly poisonOnAlloc?: boolean;
  /** Whether call sites are taken, at about 10 µs for each alloc, free and read lock of a guarded block. Default: true. */
  readonly callSites?: boolean;
  /** Reports that are kept in `reports`; later ones go to `onReport` only. Default: 1,000. */
  readonly maxReports?: number;
}

/** The options with every default filled in. */
export interface ResolvedGuardOptions {
  readonly onReport: ((report: GuardReport) => void) | undefined;
  readonly sampler: Sampler;
  readonly quarantineBytes: number;
  readonly quarantineBlocks: number;
  readonly historyBlocks: number;
  readonly poisonOnAlloc: boolean;
  readonly callSites: boolean;
  readonly maxReports: number;
}

/** Fills in the defaults. @throws {TypeError} or {RangeError} with code `ERR_OPTIONS` */
export function resolveGuardOptions(options: GuardOptions): ResolvedGuardOptions {
  if (typeof options !== "object" || options === null) {
    throw optionError(`The options of a guard are { onReport, … }, not ${describe(options)}.`);
  }
  const { onReport } = options;
  if (onReport !== undefined && typeof onReport !== "function") {
    throw optionError(
      `onReport must be a function, not ${describe(onReport)}. Leave it out for warnings on the console.`,
    );
  }
  return {
    onReport,
    sampler: new Sampler(options.sample ?? 1, options.seed ?? 1),
    quarantineBytes: count("quarantineBytes", options.quarantineBytes, 64 * 2 ** 20),
    quarantineBlocks: count("quarantineBlocks", options.quarantineBlocks, 1_024),
    historyBlocks: count("historyBlocks", options.historyBlocks, 16_384),
    poisonOnAlloc: options.poisonOnAlloc ?? false,
    callSites: options.callSites ?? true,
    maxReports: count("maxReports", options.maxReports, 1_000),
  };
}

function count(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw optionRangeError(`${name} must be an integer from 0, or Infinity, not ${describe(value)}.`);
}
