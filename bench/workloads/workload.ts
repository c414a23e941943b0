import type { Peer } from "../peers/peer.ts";

/** One pattern of allocations and frees, made beforehand: the loop draws no numbers and makes no garbage of its own. */
export interface Workload {
  /** The most bytes alive at once, as asked for. */
  readonly peakBytes: number;
  /** Pairs of alloc and free in one pass. */
  readonly pairsPerPass: number;
  /** Passes until the pattern has been run through once; the peak is reached within them. */
  readonly passesPerCycle: number;
  /** Brings the peer to the state that the first pass starts from. */
  prepare(peer: Peer<unknown>): void;
  /** The timed part. Leaves the peer in a state that another pass can start from. */
  pass(peer: Peer<unknown>): void;
}

/** A workload as the suites list it. */
export interface WorkloadEntry {
  /** Short and unique; shown in the tables. */
  readonly id: string;
  /** Makes the workload; called only in the process that runs it. */
  load(): Workload;
}

/** Workloads that share a table. */
export interface WorkloadGroup {
  readonly id: string;
  readonly title: string;
  /** Whether the footprint says something: with one live block it does not. */
  readonly footprint: boolean;
  readonly workloads: readonly WorkloadEntry[];
}
