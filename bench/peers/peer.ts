/**
 * What the workloads drive. A cell loads one peer only, so that every call in the hot loop has one target.
 *
 * @typeParam T what the peer hands out: a handle, an address, a view
 */
export interface Peer<T> {
  /** Stands in a slot that holds no block; of the same kind as `T`, so that the slots stay of one kind. */
  readonly none: T;
  /** MUST throw when the bytes cannot be had: a refusal that passes for an allocation would look fast. */
  alloc(size: number): T;
  /** MUST throw when the block could not be released. */
  free(block: T): void;
  /** The most bytes of its memory that the peer ever had in use. Left out when it does not know, or owns none. */
  highWaterBytes?(): number;
  /** Bytes up to the peer's top as of now, for one that keeps no high-water mark; looked at after every allocation. */
  topBytes?(): number;
}

/** What a peer may know about the workload before it starts. */
export interface PeerOptions {
  /** The most bytes that the workload keeps alive at once, as asked for. */
  readonly peakBytes: number;
}

/** A peer as the suites list it. */
export interface PeerEntry {
  /** Short and unique; shown in the tables. */
  readonly id: string;
  /** How it was configured and what it does not do, for the notes under the tables. */
  readonly note: string;
  /** Imports the peer and makes one. */
  load(options: PeerOptions): Promise<Peer<unknown>>;
}
