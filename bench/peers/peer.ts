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
  /**
   * Writes a 1 into the block's bytes 0, `stride`, 2 × `stride` and so on below `size`, by whatever a user of the peer
   * has to do to get at them.
   */
  write(block: T, size: number, stride: number): void;
  /** Called before and after each pass that begins and ends with nothing alive; for peers that plan whole runs. */
  beginRun?(): void;
  endRun?(): void;
  /** The most bytes of its memory that the peer ever had in use. Left out when it does not know, or owns none. */
  highWaterBytes?(): number;
  /** Bytes up to the peer's top as of now, for one that keeps no high-water mark; looked at after every allocation. */
  topBytes?(): number;
  /** Bytes from the start of the peer's heap to the block, for one that tells neither. */
  offsetOf?(block: T): number;
}

/** What a peer may know about the workload before it starts. */
export interface PeerOptions {
  /** The most bytes that the workload keeps alive at once, as asked for. */
  readonly peakBytes: number;
}

interface EntryBase {
  /** Short and unique; shown in the tables. */
  readonly id: string;
  /** How it was configured and what it does not do, for the notes under the tables. */
  readonly note: string;
}

/** A peer that the harness calls. */
export interface ScriptPeerEntry extends EntryBase {
  readonly kind: "script";
  /** Imports the peer and makes one. */
  load(options: PeerOptions): Promise<Peer<unknown>>;
}

/** A peer that native/replay.c calls: malloc and free, of the C library or of a library loaded before it. */
export interface NativePeerEntry extends EntryBase {
  readonly kind: "native";
  /** File names of the library to load, any of them; empty for the C library's own malloc. */
  readonly libraries: readonly string[];
  /** The Debian package that has the library. */
  readonly package: string;
}

/** A peer as the suites list it. */
export type PeerEntry = ScriptPeerEntry | NativePeerEntry;
