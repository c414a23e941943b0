import type { BlockTable, Holder, LockTable } from "./report-model.ts";
import type { RawLocks } from "./trace-book.ts";

const MOST_SAMPLES = 512;
const MOST_HOLDERS = 256;

interface Sum {
  count: number;
  heldMs: number;
  longestMs: number;
  open: number;
}

/** Sums the locks up by who took them, and along the trace. */
export function summariseLocks(
  raw: RawLocks,
  blocks: BlockTable,
  strings: readonly string[],
  time: Float64Array,
): LockTable {
  const { block, from, to, mode } = raw;
  const count = block.length;
  const sums = new Map<string, Sum>();
  const names: string[] = [];
  for (let lock = 0; lock < count; lock++) {
    const name = holderOf(raw, lock, blocks, strings);
    names.push(name);
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, (sum = { count: 0, heldMs: 0, longestMs: 0, open: 0 }));
    const heldMs = time[Math.min(to[lock]!, time.length - 1)]! - time[from[lock]!]!;
    sum.count++;
    sum.heldMs += heldMs;
    sum.longestMs = Math.max(sum.longestMs, heldMs);
    if (to[lock]! >= time.length) sum.open++;
  }
  const holders: Holder[] = Array.from(sums, ([name, sum]) => ({ name, ...sum })).sort(
    (a, b) => b.heldMs - a.heldMs || b.count - a.count,
  );
  const numbers = new Map(holders.map(({ name }, index) => [name, Math.min(index, MOST_HOLDERS - 1)]));
  const holder = Int32Array.from(names, (name) => numbers.get(name)!);
  return { count, block, from, to, mode, holder, holders: fold(holders), ...sample(raw, blocks, time.length) };
}

/** At most 256 holders: the last stands for all that are left. */
function fold(holders: Holder[]): Holder[] {
  if (holders.length <= MOST_HOLDERS) return holders;
  const rest = holders.splice(MOST_HOLDERS - 1);
  const sum = rest.reduce((a, b) => ({
    name: `(${rest.length} others)`,
    count: a.count + b.count,
    heldMs: a.heldMs + b.heldMs,
    longestMs: Math.max(a.longestMs, b.longestMs),
    open: a.open + b.open,
  }));
  return [...holders, sum];
}

function holderOf(raw: RawLocks, lock: number, blocks: BlockTable, strings: readonly string[]): string {
  const block = raw.block[lock]!;
  const named = [raw.site[lock]!, blocks.label[block]!, blocks.site[block]!].find((number) => number >= 0);
  return named === undefined ? `block ${blocks.id[block]}` : strings[named]!;
}

function sample(
  { block, from, to, mode }: RawLocks,
  { size }: BlockTable,
  events: number,
): Pick<LockTable, "sampleEvent" | "sampleReads" | "sampleWrites" | "sampleBytes"> {
  const samples = block.length === 0 ? 0 : Math.min(MOST_SAMPLES, events);
  const sampleEvent = Int32Array.from({ length: samples }, (_, at) => Math.floor(((at + 1) * events) / samples) - 1);
  const sampleReads = new Float64Array(samples);
  const sampleWrites = new Float64Array(samples);
  const sampleBytes = new Float64Array(samples);
  const byEnd = Int32Array.from(block, (_, lock) => lock).sort((a, b) => to[a]! - to[b]!);
  const held = new Int32Array(size.length);
  let reads = 0;
  let writes = 0;
  let bytes = 0;
  let begun = 0;
  let ended = 0;
  let at = 0;
  for (const [index, event] of sampleEvent.entries()) {
    keepMost(index);
    for (; at <= event; at++) {
      for (; ended < block.length && to[byEnd[ended]!]! <= at; ended++) change(byEnd[ended]!, -1);
      for (; begun < block.length && from[begun]! <= at; begun++) change(begun, 1);
      keepMost(index);
    }
  }
  return { sampleEvent, sampleReads, sampleWrites, sampleBytes };

  function change(lock: number, by: number): void {
    const at = block[lock]!;
    if (mode[lock] === 1) reads += by;
    else writes += by;
    if (held[at] === 0) bytes += size[at]!;
    held[at]! += by;
    if (held[at] === 0) bytes -= size[at]!;
  }

  function keepMost(index: number): void {
    sampleReads[index] = Math.max(sampleReads[index]!, reads);
    sampleWrites[index] = Math.max(sampleWrites[index]!, writes);
    sampleBytes[index] = Math.max(sampleBytes[index]!, bytes);
  }
}
