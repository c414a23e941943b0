/** Replaces blocks for ten million rounds and prints, as JSON, what that did to the JavaScript heap. Run with --expose-gc. */
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { measureChurn } from "../support/measure-churn.ts";

const heap = new HeapAllocator();
const cost = await measureChurn(heap, 10_000_000);
heap.check();
process.stdout.write(JSON.stringify({ ...cost, liveCount: heap.stats().liveCount }));
