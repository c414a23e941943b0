/** What goes around a heap, row by row. Bundled from the sources before it is measured, as the package is. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Adaptor } from "../../src/adaptors/adaptor.ts";
import { FailingAdaptor } from "../../src/adaptors/failing.ts";
import { FallbackAdaptor } from "../../src/adaptors/fallback.ts";
import { GuardAdaptor } from "../../src/adaptors/guard.ts";
import { LimitAdaptor } from "../../src/adaptors/limit.ts";
import { ScopeAdaptor } from "../../src/adaptors/scope.ts";
import { StatisticsAdaptor } from "../../src/adaptors/statistics.ts";
import { TraceAdaptor } from "../../src/adaptors/trace.ts";
import { TrackingAdaptor } from "../../src/adaptors/tracking.ts";
import type { Handle, IAllocator } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import type { Peer } from "../peers/peer.ts";

export interface Row {
  readonly id: string;
  readonly note: string;
  /** Goes around the heap. */
  wrap(heap: IAllocator): IAllocator;
}

/** Where the trace of this process goes. */
export const TRACE_FILE: string = join(tmpdir(), `tensorheap-bench-${process.pid}.jsonl`);

const MOST = { maxBytes: 2 ** 40, softBytes: 2 ** 39 };

/** Every row, in the order of the table; the first is what the others are compared with. */
export const ROWS: readonly Row[] = [
  { id: "heap", note: "HeapAllocator with default options", wrap: (heap) => heap },
  { id: "adaptor", note: "Adaptor, which only passes on", wrap: (heap) => new Adaptor(heap) },
  { id: "statistics", note: "StatisticsAdaptor", wrap: (heap) => new StatisticsAdaptor(heap) },
  {
    id: "statistics, labelled",
    note: "the same through a labelled view",
    wrap: (heap) => new StatisticsAdaptor(heap).labelled("all"),
  },
  { id: "limit", note: "LimitAdaptor, far from both marks", wrap: (heap) => new LimitAdaptor(heap, MOST) },
  {
    id: "limit, statistics",
    note: "a LimitAdaptor around a StatisticsAdaptor",
    wrap: (heap) => new LimitAdaptor(new StatisticsAdaptor(heap), MOST),
  },
  {
    id: "tracking 1/1000",
    note: "TrackingAdaptor, one alloc in 1,000 with its call site",
    wrap: (heap) => new TrackingAdaptor(heap, { sample: 1_000 }),
  },
  {
    id: "guard 1/1000",
    note: "GuardAdaptor, one block in 1,000 guarded",
    wrap: (heap) => new GuardAdaptor(heap, { sample: 1_000 }),
  },
  {
    id: "trace",
    note: "TraceAdaptor into a file, without call sites",
    wrap: (heap) => new TraceAdaptor(heap, { path: TRACE_FILE }),
  },
  {
    id: "failing",
    note: "FailingAdaptor that never has a reason to",
    wrap: (heap) => new FailingAdaptor(heap, { nth: Number.MAX_SAFE_INTEGER }),
  },
  { id: "fallback", note: "FallbackAdaptor, whose first upstream has room", wrap: (heap) => new FallbackAdaptor(heap) },
  { id: "scope", note: "ScopeAdaptor that never ends", wrap: (heap) => new ScopeAdaptor(heap) },
];

/** A row as the workloads drive it. */
export class RowPeer implements Peer<Handle> {
  readonly none: Handle = -1 as Handle;
  readonly #allocator: IAllocator;

  constructor(row: Row) {
    this.#allocator = row.wrap(new HeapAllocator());
  }

  alloc(size: number): Handle {
    return this.#allocator.alloc(size);
  }

  free(block: Handle): void {
    if (!this.#allocator.free(block)) throw new Error(`The adaptor refused to free ${block}.`);
  }

  write(block: Handle, size: number, stride: number): void {
    const bytes = this.#allocator.lock(block);
    for (let i = 0; i < size; i += stride) bytes[i] = 1;
    this.#allocator.unlock(block);
  }
}
