import { readTrace } from "../lib/trace.ts";
import { Pairs } from "./pairs.ts";
import { RandomReplacement } from "./random-replacement.ts";
import { Replay } from "./replay.ts";
import type { WorkloadEntry, WorkloadGroup } from "./workload.ts";

/** Every workload of the alloc suite, in the order of the tables. */
export const GROUPS: readonly WorkloadGroup[] = [
  {
    id: "pairs",
    title: "Pairs: one block allocated and freed at once",
    footprint: false,
    workloads: [
      { id: "64 B", load: () => new Pairs(64) },
      { id: "4 KiB", load: () => new Pairs(4_096) },
      { id: "602,112 B", load: () => new Pairs(602_112) },
    ],
  },
  {
    id: "random",
    title: "Random replacement: free a random live block, allocate one of another size (log-uniform)",
    footprint: true,
    workloads: [
      {
        id: "1,000 live, 64 B-1 MiB",
        load: () => new RandomReplacement({ liveCount: 1_000, minBytes: 64, maxBytes: 2 ** 20, seed: 1_000 }),
      },
      {
        id: "512 live, 256 B-4 MiB",
        load: () => new RandomReplacement({ liveCount: 512, minBytes: 256, maxBytes: 2 ** 22, seed: 512 }),
      },
    ],
  },
  {
    id: "replay",
    title: "Replays: what ONNX Runtime allocated while it ran OCR models (bench/traces/README.md)",
    footprint: true,
    workloads: ["det640", "rec320", "recdyn", "ocrpage"].map(replay),
  },
];

/** Finds a workload by its id. */
export function findWorkload(id: string): WorkloadEntry | undefined {
  return GROUPS.flatMap(({ workloads }) => workloads).find((workload) => workload.id === id);
}

function replay(name: string): WorkloadEntry {
  const file = new URL(`../traces/${name}_nopat.jsonl.gz`, import.meta.url);
  return { id: name, load: () => new Replay(readTrace(file)) };
}
