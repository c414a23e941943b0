import type { PeerEntry } from "./peer.ts";

/** The row that every ratio is relative to. */
export const OURS: string = "tensorheap";

/** The row that shows what the loop itself costs. */
export const LOOP_ONLY: string = "(loop only)";

/** Every peer, in the order of the tables. Each is imported only in the process that measures it. */
export const PEERS: readonly PeerEntry[] = [
  {
    id: LOOP_ONLY,
    kind: "script",
    note: "the same loop with an allocator that does nothing; contained in every other row, not subtracted",
    load: async () => new (await import("./loop-only.ts")).LoopOnlyPeer(),
  },
  {
    id: OURS,
    kind: "script",
    note: "HeapAllocator with default options; 64-byte aligned blocks, stale handles detected",
    load: async () => new (await import("./tensorheap.ts")).TensorHeapPeer(),
  },
  {
    id: "tensorheap, planned",
    kind: "script",
    note:
      "PlannedAllocator: the first run was recorded and planned, the measured ones replay it, which is less work than " +
      "any general malloc does; footprint is that of the plan. Where blocks stay alive from pass to pass (FIFO, " +
      "random, larson), there is no run to plan, and it is the heap below with a step in between",
    load: async () => new (await import("./planned.ts")).PlannedPeer(),
  },
  {
    id: "new Uint8Array",
    kind: "script",
    note: "zeroes the memory, which the others do not, and so pays for touching it; free only drops the reference",
    load: async () => new (await import("./uint8-array.ts")).Uint8ArrayPeer(),
  },
  {
    id: "Buffer.allocUnsafeSlow",
    kind: "script",
    note: "memory of its own per block, not zeroed; free only drops the reference",
    load: async () => new (await import("./buffer.ts")).BufferPeer(),
  },
  {
    id: "@thi.ng/malloc",
    kind: "script",
    note:
      "MemPool with default options (8-byte alignment, compaction and splitting on) over a buffer of " +
      "3 × the workload's peak + 1 MiB, made before the clock starts",
    load: async (options) => new (await import("./thing-malloc.ts")).ThingMallocPeer(options),
  },
  {
    id: "AssemblyScript (wasm)",
    kind: "script",
    note:
      "the TLSF of AssemblyScript's runtime (heap.alloc, heap.free), compiled with -O3 --noAssert; " +
      "16-byte alignment; grown to the peak before the clock starts",
    load: async (options) => await (await import("./assembly-script.ts")).AssemblyScriptPeer.create(options),
  },
  {
    id: "onnxruntime-web (wasm)",
    kind: "script",
    note: "_malloc and _free of its emscripten module, one thread, grown to the peak before the clock starts",
    load: async (options) => await (await import("./onnxruntime-web.ts")).OnnxRuntimeWebPeer.create(options),
  },
  {
    id: "glibc (C)",
    kind: "native",
    note: "malloc and free of the C library in native/replay.c, compiled with -O2; no environment tunables",
    libraries: [],
    package: "gcc",
  },
  native("mimalloc", "libmimalloc2.0", [
    "libmimalloc.so.2",
    "libmimalloc.so.2.0",
    "libmimalloc.so.3",
    "libmimalloc.so",
  ]),
  native("jemalloc", "libjemalloc2", ["libjemalloc.so.2", "libjemalloc.so"]),
  native("tcmalloc", "libtcmalloc-minimal4", ["libtcmalloc_minimal.so.4", "libtcmalloc_minimal.so"]),
];

function native(name: string, debianPackage: string, libraries: readonly string[]): PeerEntry {
  const note = `the same program with ${name} in LD_PRELOAD, its default options`;
  return { id: `${name} (C)`, kind: "native", note, libraries, package: debianPackage };
}
