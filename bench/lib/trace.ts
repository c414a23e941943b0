/** Lays a recorded trace of allocations out in flat arrays that a loop can replay without a look-up. */
import { readFileSync } from "node:fs";
import { parseTrace } from "tensorheap/trace";
import type { TraceEvent } from "tensorheap/trace";

/** Marks a free in {@link Trace.sizes}. */
export const FREE: number = -1;

/** The allocations and frees of one recording, in order. */
export interface Trace {
  /** For each event the slot (0 to `slotCount` - 1) that the block is kept in; a slot is used again once it was freed. */
  readonly slots: Int32Array;
  /** For each event the bytes to allocate, or {@link FREE}. */
  readonly sizes: Int32Array;
  /** The most blocks that are alive at once. */
  readonly slotCount: number;
  /** Allocations in the trace; there are as many frees. */
  readonly pairs: number;
  /** The most bytes that are alive at once. */
  readonly peakBytes: number;
  /** Frees that the file does not have and that were appended. */
  readonly freedAtEnd: number;
}

/** Reads a trace, compressed or not. @throws {Error} when anything in it makes no sense */
export function readTrace(path: string | URL): Trace {
  const { events, problems } = parseTrace(readFileSync(path));
  const [problem] = problems.list;
  if (problem !== undefined) throw new Error(`${String(path)}, line ${problem.line}: ${problem.message}.`);
  return layOutTrace(events);
}

/**
 * Lays events out. Phases and locks are left out. What is still alive at the end is freed there, so that a replay ends
 * where it began and can be repeated.
 *
 * @throws {Error} when a block is freed that is not alive, or one that is alive is allocated
 */
export function layOutTrace(events: readonly TraceEvent[]): Trace {
  const slots: number[] = [];
  const sizes: number[] = [];
  const live = new Map<number, { slot: number; size: number }>();
  const unused: number[] = [];
  let slotCount = 0;
  let liveBytes = 0;
  let peakBytes = 0;

  function free(id: number): void {
    const block = live.get(id);
    if (block === undefined) throw new Error(`Free of id ${id}, which is not alive.`);
    live.delete(id);
    unused.push(block.slot);
    liveBytes -= block.size;
    slots.push(block.slot);
    sizes.push(FREE);
  }

  for (const event of events) {
    if (event.op === "f") free(event.id);
    if (event.op !== "a") continue;
    const { id, size } = event;
    if (live.has(id)) throw new Error(`Alloc of id ${id}, which is alive already.`);
    if (size >= 2 ** 31) throw new Error(`Size ${size} is not below 2^31.`);
    const slot = unused.pop() ?? slotCount++;
    live.set(id, { slot, size });
    liveBytes += size;
    peakBytes = Math.max(peakBytes, liveBytes);
    slots.push(slot);
    sizes.push(size);
  }

  const freedAtEnd = live.size;
  for (const id of live.keys()) free(id);
  return {
    slots: Int32Array.from(slots),
    sizes: Int32Array.from(sizes),
    slotCount,
    pairs: slots.length / 2,
    peakBytes,
    freedAtEnd,
  };
}
