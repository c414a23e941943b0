import type { Peer } from "../peers/peer.ts";
import type { Program } from "./program.ts";

/** One pattern of allocations and frees, made beforehand. */
export interface Workload {
  /** The most bytes alive at once, as asked for. */
  readonly peakBytes: number;
  /** Pairs of alloc and free in one pass. */
  readonly pairsPerPass: number;
  /** Passes until the pattern has been run through once; the peak is reached within them. */
  readonly passesPerCycle: number;
  /** Brings the peer to the state that the first pass starts from. */
  prepare(peer: Peer<unknown>): void;
  /**
   * The timed part. Leaves the peer in a state that another pass can start from.
   *
   * @param stride after each alloc, a byte is written at 0, stride, 2 × stride and so on below its size; 0: none is
   */
  pass(peer: Peer<unknown>, stride: number): void;
}

/** A workload as the suites list it. */
export interface WorkloadEntry {
  /** Short and unique; shown in the tables. */
  readonly id: string;
  /** What the chart calls it, for those that are run and drawn when nobody asks for all. */
  readonly headline?: string;
  /** Makes the workload; called only where it is run. */
  load(): Program;
}

/** Workloads that share a table. */
export interface WorkloadGroup {
  readonly id: string;
  readonly title: string;
  /** Whether the footprint says something: with one live block it does not. */
  readonly footprint: boolean;
  readonly workloads: readonly WorkloadEntry[];
}
