/**
 * Reads a recorded trace of allocations into flat arrays that a loop can replay without a look-up.
 *
 * A trace is JSON Lines, gzipped. Only `a` (alloc: id, size) and `f` (free: id) are read; every other line (phases,
 * locks, a header) is skipped. What is still alive at the end of the file is freed at the end of the replay, so that a
 * replay ends where it began and can be repeated.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

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

/** Reads a `.jsonl.gz` file. @throws {Error} with the number of the first line that makes no sense */
export function readTrace(path: string | URL): Trace {
  return parseTrace(gunzipSync(readFileSync(path)).toString("utf8"));
}

/** Reads the text of a trace. @throws {Error} with the number of the first line that makes no sense */
export function parseTrace(text: string): Trace {
  const slots: number[] = [];
  const sizes: number[] = [];
  const live = new Map<unknown, { slot: number; size: number }>();
  const unused: number[] = [];
  let slotCount = 0;
  let liveBytes = 0;
  let peakBytes = 0;

  function free(id: unknown, where: string): void {
    const block = live.get(id);
    if (block === undefined) throw new Error(`${where}: free of id ${String(id)}, which is not alive.`);
    live.delete(id);
    unused.push(block.slot);
    liveBytes -= block.size;
    slots.push(block.slot);
    sizes.push(FREE);
  }

  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const where = `Trace line ${index + 1}`;
    const { op, id, size } = parseLine(line, where);
    if (op === "f") free(id, where);
    if (op !== "a") continue;
    if (live.has(id)) throw new Error(`${where}: alloc of id ${String(id)}, which is alive already.`);
    if (!isReplayableSize(size)) {
      throw new Error(`${where}: size ${String(size)} is no integer from 0 to 2^31 - 1.`);
    }
    const slot = unused.pop() ?? slotCount++;
    live.set(id, { slot, size });
    liveBytes += size;
    peakBytes = Math.max(peakBytes, liveBytes);
    slots.push(slot);
    sizes.push(size);
  }

  const freedAtEnd = live.size;
  for (const id of live.keys()) free(id, "End of trace");
  return {
    slots: Int32Array.from(slots),
    sizes: Int32Array.from(sizes),
    slotCount,
    pairs: slots.length / 2,
    peakBytes,
    freedAtEnd,
  };
}

function isReplayableSize(size: unknown): size is number {
  return Number.isInteger(size) && (size as number) >= 0 && (size as number) < 2 ** 31;
}

function parseLine(line: string, where: string): Record<"op" | "id" | "size", unknown> {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${where} is no JSON.`, { cause });
  }
  if (event === null || typeof event !== "object") throw new Error(`${where} is no JSON object.`);
  return event as Record<"op" | "id" | "size", unknown>;
}
