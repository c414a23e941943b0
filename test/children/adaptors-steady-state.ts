/**
 * Replaces blocks through stacked adaptors and prints, as JSON, what that did to the JavaScript heap. Run with --expose-gc.
 */
import { LimitAdaptor } from "../../src/adaptors/limit.ts";
import { ScopeAdaptor } from "../../src/adaptors/scope.ts";
import { StatisticsAdaptor } from "../../src/adaptors/statistics.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { measureChurn } from "../support/measure-churn.ts";

const heap = new HeapAllocator();
const statistics = new StatisticsAdaptor(heap);
const limit = new LimitAdaptor(statistics.labelled("all"), { maxBytes: 2 ** 30, softBytes: 1 });
const cost = await measureChurn(new ScopeAdaptor(limit), 3_000_000);
heap.check();
process.stdout.write(JSON.stringify({ ...cost, liveCount: statistics.label("all").count.current }));
