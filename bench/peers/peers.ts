import type { PeerEntry } from "./peer.ts";

/** The row that every ratio is relative to. */
export const OURS: string = "tensorheap";

/** The row that shows what the loop itself costs. */
export const LOOP_ONLY: string = "(loop only)";

/** Every peer, in the order of the tables. Each is imported only in the process that measures it. */
export const PEERS: readonly PeerEntry[] = [
  {
    id: LOOP_ONLY,
    note: "the same loop with an allocator that does nothing; contained in every other row, not subtracted",
    load: async () => new (await import("./loop-only.ts")).LoopOnlyPeer(),
  },
  {
    id: OURS,
    note: "HeapAllocator with default options; 64-byte aligned blocks, stale handles detected",
    load: async () => new (await import("./tensorheap.ts")).TensorHeapPeer(),
  },
  {
    id: "new Uint8Array",
    note: "zeroes the memory, which the others do not, and so pays for touching it; free only drops the reference",
    load: async () => new (await import("./uint8-array.ts")).Uint8ArrayPeer(),
  },
  {
    id: "Buffer.allocUnsafeSlow",
    note: "memory of its own per block, not zeroed; free only drops the reference",
    load: async () => new (await import("./buffer.ts")).BufferPeer(),
  },
  {
    id: "@thi.ng/malloc",
    note:
      "MemPool with default options (8-byte alignment, compaction and splitting on) over a buffer of " +
      "3 × the workload's peak + 1 MiB, made before the clock starts; footprint is its highest top address",
    load: async (options) => new (await import("./thing-malloc.ts")).ThingMallocPeer(options),
  },
];
