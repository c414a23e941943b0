import type { EventCounts } from "../../trace/event-counts.ts";

/**
 * Everything that a report shows of a trace, as plain numbers, strings and flat arrays.
 *
 * "Event" is the place of a line in the trace, from 0. Lifetimes are half-open: a block is alive from the event that
 * made it to before the one that freed it. Sizes are in bytes, times in milliseconds since the first event.
 */
export interface ReportModel {
  readonly counts: EventCounts;
  /** The time of each event, never falling, to a ten-thousandth of a millisecond. */
  readonly time: Float64Array;
  readonly durationMs: number;
  readonly blocks: BlockTable;
  /** Labels and call sites, which `BlockTable` names by number. */
  readonly strings: readonly string[];
  /** One per mark, in order. Empty when the trace has none. */
  readonly phases: readonly Phase[];
  readonly peak: Peak;
  readonly end: { readonly bytes: number; readonly count: number };
  /** What in the trace made no sense, and was passed over. */
  readonly problems: readonly Problem[];
  /** What the caller has to say of the trace: that it was cut, that lines were damaged. */
  readonly notes: readonly string[];
  readonly replay: HeapReplay;
  readonly plan: PlanSummary;
  readonly fragmentation: FragmentationSeries;
  readonly locks: LockTable;
  readonly byLabel: readonly GroupRow[];
  readonly byPhase: readonly GroupRow[];
  readonly leaks: LeakTable;
  readonly sizeClasses: readonly SizeClass[];
}

/** One entry per block, in the order of their allocation. */
export interface BlockTable {
  readonly count: number;
  /** As the trace names it. An id that is used again names another block. */
  readonly id: Float64Array;
  readonly size: Float64Array;
  /** The event that made it. */
  readonly from: Int32Array;
  /** The event that freed it; the number of events when none did. */
  readonly to: Int32Array;
  /** Index into `strings`, -1 for none. */
  readonly label: Int32Array;
  readonly site: Int32Array;
  /** Where the replay put it: the region, -1 for nowhere, and the first granule of 64 bytes in it. */
  readonly region: Int16Array;
  readonly granule: Int32Array;
}

/** What the program said it was doing, from one mark of the trace to the next. In events. */
export interface Phase {
  readonly name: string;
  /** The mark's other fields, as `key value`, or empty. */
  readonly detail: string;
  readonly from: number;
  /** The event of the next mark; the number of events for the last one. */
  readonly to: number;
}

/** The moment at which most bytes are alive. */
export interface Peak {
  /** The event after which most bytes are alive; 0 when nothing ever is. */
  readonly event: number;
  readonly bytes: number;
  /** Blocks alive then. */
  readonly count: number;
  /** The most blocks alive at once, at any event. */
  readonly mostBlocks: number;
}

/** What made no sense in the trace, by kind: a free of an id that is not alive, say. */
export interface Problem {
  readonly what: string;
  readonly count: number;
  /** The first event of this kind. */
  readonly event: number;
}

/** What a fresh `HeapAllocator` made of the same calls. */
export interface HeapReplay {
  /** Bytes of its regions that were ever handed out. */
  readonly footprintBytes: number;
  /** The parts of the regions that were ever in use, between which nothing ever was. */
  readonly segments: readonly Segment[];
  /** Blocks that it could not place, and why. */
  readonly unplaced: number;
  readonly unplacedBecause: string;
}

/** A stretch of a region that the heap of the replay used. */
export interface Segment {
  readonly region: number;
  /** Granules of 64 bytes. */
  readonly from: number;
  readonly to: number;
  /** Whether it grew from its end downwards, as the zone for small blocks does. */
  readonly down: boolean;
}

/** Four heights of the same trace, in bytes. */
export interface PlanSummary {
  /** Proved: no layout, whatever it knows, takes fewer bytes, with sizes in granules of 64. */
  readonly lowerBound: number;
  /** The height of the best layout that was found offline; `null` when the trace was too large to plan. */
  readonly height: number | null;
  /** Whether the height is proved to be the lowest there is. */
  readonly optimal: boolean;
  /** Why there is no height, or why it is not proved; empty when it is. */
  readonly remark: string;
}

/** Samples along the trace, at most 512. */
export interface FragmentationSeries {
  readonly event: Int32Array;
  /** Bytes that were asked for and are alive. */
  readonly live: Float64Array;
  /** The same in whole granules of 64. */
  readonly rounded: Float64Array;
  /** Free bytes between live blocks: what is lost to fragmentation at that moment. */
  readonly holes: Float64Array;
  readonly largestHole: Float64Array;
  /** What the heap had ever handed out by then. */
  readonly footprint: Float64Array;
}

/** One entry per lock that was held, in the order in which they were taken. */
export interface LockTable {
  readonly count: number;
  readonly block: Int32Array;
  readonly from: Int32Array;
  /** The event of its unlock; the number of events when none came. */
  readonly to: Int32Array;
  /** 0 unknown, 1 for reading, 2 for writing. */
  readonly mode: Uint8Array;
  /** Index into `holders`. */
  readonly holder: Int32Array;
  /** Who took them: the lock's call site, else the block's label, its call site, or its id. Longest in all first. */
  readonly holders: readonly Holder[];
  /** Samples along the trace, at most 512: the most that was locked since the sample before. */
  readonly sampleEvent: Int32Array;
  readonly sampleReads: Float64Array;
  readonly sampleWrites: Float64Array;
  readonly sampleBytes: Float64Array;
}

/** Who held locks, and for how long. */
export interface Holder {
  readonly name: string;
  readonly count: number;
  /** Milliseconds that its locks were held, added up. */
  readonly heldMs: number;
  readonly longestMs: number;
  /** Locks that were never released. */
  readonly open: number;
}

/** What the blocks of one label, or those allocated in phases of one name, amount to. */
export interface GroupRow {
  readonly name: string;
  /** Alive when most bytes of the whole trace are. */
  readonly bytesAtPeak: number;
  readonly countAtPeak: number;
  /** The most bytes of this group alone that are alive at once. */
  readonly ownPeakBytes: number;
  readonly totalBytes: number;
  readonly totalCount: number;
}

/** Blocks that were never freed, largest first. */
export interface LeakTable {
  /** Index into `blocks`; at most 1,000. */
  readonly blocks: Int32Array;
  readonly count: number;
  readonly bytes: number;
}

/** The blocks of one range of sizes, a power of two wide. In bytes. */
export interface SizeClass {
  /** Smallest size of the class, and the first that is above it. */
  readonly from: number;
  readonly below: number;
  readonly count: number;
  readonly bytes: number;
  /** Alive at the peak. */
  readonly bytesAtPeak: number;
}
