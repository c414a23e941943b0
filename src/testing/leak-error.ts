import { TensorHeapError } from "../errors.ts";

/** A block that was not freed. */
export interface Leak {
  /** Which alloc it came from, counted from 1. */
  readonly alloc: number;
  /** In bytes. */
  readonly size: number;
  /** Where it was allocated, as `file:line:column`; `unknown` where the runtime does not tell. */
  readonly site: string;
  /** Who called that, as lines of `function (file:line:column)`, innermost first. */
  readonly trace: string;
}

/** Call sites that the message names. */
const MOST_SITES = 10;

/** Blocks were still live when a function that has to free them had ended. */
export class LeakError extends TensorHeapError {
  readonly code = "ERR_LEAK";
  /** In the order of their allocs. */
  readonly leaks: readonly Leak[];
  readonly count: number;
  readonly bytes: number;

  constructor(leaks: readonly Leak[]) {
    const bytes = leaks.reduce((sum, { size }) => sum + size, 0);
    const [noun, verb] = leaks.length === 1 ? ["block", "is"] : ["blocks", "are"];
    super(
      `${leaks.length} ${noun} of ${bytes} bytes ${verb} still live after the function ended:\n${listOf(leaks)}\n` +
        "Free them in a finally, with using, or with withScope.",
    );
    this.leaks = leaks;
    this.count = leaks.length;
    this.bytes = bytes;
  }
}

/** A line for each call site, the one with the most bytes first. */
function listOf(leaks: readonly Leak[]): string {
  const sites = new Map<string, { count: number; bytes: number }>();
  for (const { site, size } of leaks) {
    const sum = sites.get(site) ?? { count: 0, bytes: 0 };
    sites.set(site, { count: sum.count + 1, bytes: sum.bytes + size });
  }
  const sorted = [...sites].sort(([, a], [, b]) => b.bytes - a.bytes);
  const lines = sorted.slice(0, MOST_SITES).map(([site, { count, bytes }]) => `  ${count} × ${site}, ${bytes} bytes`);
  if (sorted.length > MOST_SITES) lines.push(`  and ${sorted.length - MOST_SITES} more places`);
  return lines.join("\n");
}
