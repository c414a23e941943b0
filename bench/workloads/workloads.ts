import { readTrace } from "../lib/trace.ts";
import { pairs } from "./pairs.ts";
import { Program } from "./program.ts";
import { queue } from "./queue.ts";
import { randomReplacement } from "./random-replacement.ts";
import { stack } from "./stack.ts";
import type { WorkloadEntry, WorkloadGroup } from "./workload.ts";

const SMALL = { liveCount: 1_000, minBytes: 64, maxBytes: 2 ** 16, seed: 1_000 };
const WIDE = { ...SMALL, maxBytes: 2 ** 20 };
const LARSON = { liveCount: 512, minBytes: 256, maxBytes: 2 ** 22, seed: 512 };

/** Every workload of the alloc suite, in the order of the tables. */
export const GROUPS: readonly WorkloadGroup[] = [
  {
    id: "pairs",
    title: "Pairs: one block allocated and freed at once",
    footprint: false,
    workloads: [
      { id: "64 B", load: () => pairs(64) },
      { id: "4 KiB", headline: "pair of 4 KiB", load: () => pairs(4_096) },
      { id: "602,112 B", headline: "pair of 602,112 B", load: () => pairs(602_112) },
      { id: "16 MiB", load: () => pairs(2 ** 24, 64) },
    ],
  },
  {
    id: "live",
    title: "A thousand live, 64 B to 64 KiB where not said: newest freed first, oldest first, or a random one replaced",
    footprint: true,
    workloads: [
      { id: "LIFO, 1,000", load: () => stack(SMALL) },
      { id: "FIFO, 1,000", load: () => queue(SMALL) },
      { id: "random, 1,000", headline: "random, 1,000 live", load: () => randomReplacement(SMALL) },
      { id: "random, to 1 MiB", load: () => randomReplacement(WIDE) },
    ],
  },
  {
    id: "larson",
    title: "Larson: 512 live, 256 B to 4 MiB, a random one replaced by one of another size",
    footprint: true,
    workloads: [{ id: "larson, 512", headline: "larson, 512 live", load: () => randomReplacement(LARSON) }],
  },
  {
    id: "replay",
    title: "Replays: what ONNX Runtime allocated while it ran OCR models (bench/traces/README.md)",
    footprint: true,
    workloads: [
      replay("det640", "trace of a detector"),
      replay("rec320"),
      replay("recdyn"),
      replay("ocrpage", "trace of OCR pages"),
    ],
  },
];

/** Finds a workload by its id. */
export function findWorkload(id: string): WorkloadEntry | undefined {
  return GROUPS.flatMap(({ workloads }) => workloads).find((workload) => workload.id === id);
}

function replay(name: string, headline?: string): WorkloadEntry {
  const file = new URL(`../traces/${name}_nopat.jsonl.gz`, import.meta.url);
  const entry: WorkloadEntry = { id: name, load: () => new Program(readTrace(file)) };
  return headline === undefined ? entry : { ...entry, headline };
}
