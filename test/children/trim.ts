/**
 * Prints, as JSON, what `trim` does to the memory of this process: of 64 blocks of 1 MiB, every other is freed and three
 * quarters of the small ones. A process of its own, since a test runner's memory comes and goes.
 */
import { readFileSync } from "node:fs";
import { HeapAllocator } from "../../src/allocators/heap.ts";

/** Bytes of this process that are resident, as Linux counts them. */
function residentBytes(): number {
  return Number(/^Rss:\s+(\d+) kB/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))![1]) * 1024;
}

const MIB = 2 ** 20;
const heap = new HeapAllocator();
const blocks = Array.from({ length: 64 }, () => heap.alloc(MIB));
const small = Array.from({ length: 1024 }, () => heap.alloc(16_384));
for (const handle of [...blocks, ...small]) heap.lock(handle).fill(7);
const kept = blocks.filter((_, i) => i % 2 === 0);
const gone = heap.lock(blocks[1]!);
for (const handle of [...blocks, ...small]) heap.unlock(handle);
heap.unlock(blocks[1]!);
for (const [i, handle] of blocks.entries()) if (i % 2 === 1) heap.free(handle);
for (const [i, handle] of small.entries()) if (i % 4 !== 0) heap.free(handle);

// What asking costs the first time is not the heap's.
const other = new HeapAllocator();
other.alloc(1);
other.free(other.alloc(MIB));
other.trim();
heap.stats();
residentBytes();
const before = residentBytes();
const trimmed = heap.trim();
const after = residentBytes();
process.stdout.write(
  JSON.stringify({
    trimmed,
    fell: before - after,
    again: heap.trim(),
    areKept: kept.every((handle) => heap.lock(handle).every((byte) => byte === 7)),
    isZero: gone.every((byte) => byte === 0),
    reservedBytes: heap.stats().reservedBytes,
  }),
);
heap.check();
