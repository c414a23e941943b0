/**
 * Replaces blocks through stacked adaptors and prints, as JSON, what that did to the JavaScript heap. A process of its own,
 * as in steady-state.ts. Run with --expose-gc.
 */
import { PerformanceObserver, constants } from "node:perf_hooks";
import { LimitAdaptor } from "../../src/adaptors/limit.ts";
import { ScopeAdaptor } from "../../src/adaptors/scope.ts";
import { StatisticsAdaptor } from "../../src/adaptors/statistics.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import type { Handle } from "../../src/allocator.ts";

const heap = new HeapAllocator();
const statistics = new StatisticsAdaptor(heap);
const allocator = new ScopeAdaptor(new LimitAdaptor(statistics.labelled("all"), { maxBytes: 2 ** 30, softBytes: 1 }));
const sizes = Int32Array.from({ length: 64 }, (_, i) => 64 + i * i * 300);
const live = Int32Array.from(sizes, (size) => allocator.alloc(size));

/** Replaces one of the live blocks and touches it, so many times. */
function churn(rounds: number): void {
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
  return new Promise((resolve) => setTimeout(resolve, 20));
}

const collections = { minor: 0, major: 0 };
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
    if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections.major++;
    if (kind === constants.NODE_PERFORMANCE_GC_MINOR) collections.minor++;
  }
});

churn(200_000);
globalThis.gc!();
await turn();
observer.observe({ entryTypes: ["gc"] });
const before = process.memoryUsage().heapUsed;
churn(3_000_000);
const heapGrowth = process.memoryUsage().heapUsed - before;
await turn();
observer.disconnect();
heap.check();
process.stdout.write(JSON.stringify({ heapGrowth, ...collections, liveCount: statistics.label("all").count.current }));
