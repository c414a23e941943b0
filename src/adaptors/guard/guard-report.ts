import { describe } from "../../errors.ts";
import type { CallSite } from "../call-site.ts";

/**
 * What a guard found.
 *
 * Damage: `overrun` (a byte behind the block was written), `underrun` (one before it), `write-after-free` (one of the
 * block or around it, after it was freed), `write-through-read-lock`.
 * Misuse, which the call refused: `double-free`, `use-after-free` (lock or unlock of a freed handle), `unknown-handle` (a
 * call with a handle that never was, was freed too long ago to be remembered, or belongs to a block that was not sampled).
 */
export type GuardFault =
  | "overrun"
  | "underrun"
  | "write-after-free"
  | "write-through-read-lock"
  | "double-free"
  | "use-after-free"
  | "unknown-handle";

/** What is known of a block: its size in bytes, and where things were done to it. */
export interface GuardedHistory {
  readonly size: number;
  readonly allocatedAt: CallSite | undefined;
  /** Of damage under a read lock: where the block was first locked. */
  readonly lockedAt?: CallSite | undefined;
  /** Where it was freed, the first time. */
  readonly freedAt?: CallSite | undefined;
}

/** One thing that a guard found. Call sites are undefined where they were not taken. */
export interface GuardReport extends Partial<GuardedHistory> {
  readonly fault: GuardFault;
  /** The handle as it was given, which for `unknown-handle` can be anything. */
  readonly handle: unknown;
  /** The call that was refused, or that found the damage. */
  readonly operation: GuardOperation;
  /** Where that call was: of a double free, the second one. Damage was done before it. */
  readonly foundAt: CallSite | undefined;
  /** The first damaged byte, counted from the block's first one: below 0 before it, `size` and above behind it. */
  readonly offset?: number | undefined;
  readonly expected?: number | undefined;
  readonly actual?: number | undefined;
  /** All of it in words, with a call site in each line. */
  readonly message: string;
}

/** A call of the guard. */
export type GuardOperation = "alloc" | "lock" | "unlock" | "free" | "check" | "trim";

/** Whether memory was damaged, rather than a call refused. */
export function isDamage({ fault }: Pick<GuardReport, "fault">): boolean {
  return fault !== "double-free" && fault !== "use-after-free" && fault !== "unknown-handle";
}

/** Puts the report in words. */
export function guardReport(report: Omit<GuardReport, "message">): GuardReport {
  const { operation, foundAt, allocatedAt, lockedAt, freedAt } = report;
  const lines = [headline(report)];
  const add = (what: string, site: CallSite | undefined): void => {
    if (site !== undefined) lines.push(`  ${what} at ${site.trace.replaceAll("\n", "\n      from ")}`);
  };
  add("allocated", allocatedAt);
  add("locked for reading", lockedAt);
  add(report.fault === "double-free" ? "first freed" : "freed", freedAt);
  add(report.fault === "double-free" ? "freed again" : `found by ${operation}`, foundAt);
  return { ...report, message: lines.join("\n") };
}

function headline({ fault, handle, operation, size, offset, expected, actual }: Omit<GuardReport, "message">): string {
  const block = `a block of ${size} bytes`;
  const bytes = offset === undefined ? "" : `: byte ${offset} should be ${expected} and is ${actual}`;
  switch (fault) {
    case "overrun":
      return `Written behind the end of ${block}${bytes}.`;
    case "underrun":
      return `Written before the start of ${block}${bytes}.`;
    case "write-after-free":
      return `Written to ${block} after it was freed${bytes}.`;
    case "write-through-read-lock":
      return `Written to ${block} that was locked for reading only${bytes}.`;
    case "double-free":
      return `Freed ${block} twice (handle ${describe(handle)}); the second time did nothing.`;
    case "use-after-free":
      return `The ${operation} of ${block} after it was freed (handle ${describe(handle)}) was refused.`;
    default:
      return `The ${operation} of ${describe(handle)}, which is no live handle of this guard and none that it remembers, was refused.`;
  }
}
