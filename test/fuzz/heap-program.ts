import { ok, strictEqual } from "node:assert/strict";
import type { Handle } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { OutOfMemoryError } from "../../src/errors.ts";
import type { Random } from "../support/random.ts";
import { BlockLedger } from "./block-ledger.ts";

/** One random program over a heap with small regions and, mostly, a bound. @returns its steps */
export function runHeapProgram(random: Random): number {
  const regionBytes = random.pick([64, 4096, 65_536, 2 ** 18, 2 ** 20, 2 ** 24]);
  const maxBytes = random.oneIn(4) ? undefined : random.between(1, 2 ** random.between(8, 25));
  const zero = random.oneIn(4);
  const heap = new HeapAllocator({ regionBytes, zero, ...(maxBytes === undefined ? {} : { maxBytes }) });
  const ledger = new BlockLedger(heap, random);
  const stale: Handle[] = [];
  const repertoire = Array.from({ length: random.between(1, 12) }, () => randomSize(random));
  const isRepeating = random.oneIn(2);
  const steps = random.between(50, 400);
  // Programs that fill the heap, and programs that keep it empty.
  const allocShare = random.between(35, 65);
  for (let step = 0; step < steps; step++) {
    const { blocks } = ledger;
    const dice = random.below(100);
    if (dice < allocShare || blocks.length === 0) {
      allocate(heap, ledger, isRepeating ? random.pick(repertoire) : randomSize(random), zero);
    } else if (dice < 92) {
      const block = random.oneIn(3) ? blocks[blocks.length - 1]! : random.pick(blocks);
      stale.push(block.handle);
      ledger.free(block);
    } else if (dice < 95) {
      ledger.lock(random.pick(blocks));
    } else if (dice < 97) {
      ledger.unlock(random.pick(blocks));
    } else if (dice < 99) {
      const handle = stale[random.below(stale.length)];
      if (handle !== undefined && !blocks.some((block) => block.handle === handle))
        strictEqual(heap.free(handle), false);
    } else {
      ok(heap.trim() >= 0);
    }
    ledger.check();
  }
  return steps + ledger.freeAll();
}

function allocate(heap: HeapAllocator, ledger: BlockLedger, size: number, zero: boolean): void {
  let handle: Handle;
  try {
    handle = heap.alloc(size);
  } catch (error) {
    ok(error instanceof OutOfMemoryError, String(error));
    const { largestFreeBytes } = heap.stats();
    ok(largestFreeBytes < Math.max(size, 1), `${size} bytes were refused with ${largestFreeBytes} free in one piece`);
    return;
  }
  if (zero) {
    strictEqual(Buffer.compare(heap.lock(handle), Buffer.alloc(size)), 0, "a block is not zeroed");
    heap.unlock(handle);
  }
  ledger.add(handle, size);
}

/** Sizes on both sides of what is small, seldom none, seldom too large. */
function randomSize(random: Random): number {
  if (random.oneIn(30)) return random.below(2);
  if (random.oneIn(10)) return 24 * 1024 + random.between(-64, 64);
  return random.below(2 ** random.between(1, 18));
}
