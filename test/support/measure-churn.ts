import { PerformanceObserver, constants } from "node:perf_hooks";
import type { Handle, IAllocator } from "../../src/allocator.ts";

/** What replacing blocks did to the JavaScript heap. */
export interface ChurnCost {
  /** In bytes. */
  readonly heapGrowth: number;
  /** Collections. */
  readonly minor: number;
  readonly major: number;
}

/** Rounds until the compiler is done, in so many calls, so that it has compiled the call as well as the loop. */
const WARM_UP = 200_000;
const WARM_UP_CALLS = 10;

/**
 * Replaces one of 64 live blocks and touches it, so many times. Nothing else may go on in the process, which is run with
 * --expose-gc: a test runner makes garbage too. The blocks are live afterwards.
 */
export async function measureChurn(allocator: IAllocator, rounds: number): Promise<ChurnCost> {
  const sizes = Int32Array.from({ length: 64 }, (_, i) => 64 + i * i * 300);
  const live = Int32Array.from(sizes, (size) => allocator.alloc(size));
  for (let i = 0; i < WARM_UP_CALLS; i++) churn(allocator, sizes, live, WARM_UP / WARM_UP_CALLS);
  const collections = { minor: 0, major: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections.major++;
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR) collections.minor++;
    }
  });
  globalThis.gc!();
  await turn();
  observer.observe({ entryTypes: ["gc"] });
  const before = process.memoryUsage().heapUsed;
  churn(allocator, sizes, live, rounds);
  const heapGrowth = process.memoryUsage().heapUsed - before;
  await turn();
  observer.disconnect();
  return { heapGrowth, ...collections };
}

function churn(allocator: IAllocator, sizes: Int32Array, live: Int32Array, rounds: number): void {
  for (let i = 0; i < rounds; i++) {
    const at = (i * 29) & 63;
    allocator.free(live[at] as Handle);
    const handle = allocator.alloc(sizes[at]!);
    allocator.lock(handle)[0] = i;
    allocator.unlock(handle);
    live[at] = handle;
  }
}

/** A turn of the event loop, in which observers hear of what was collected. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}
