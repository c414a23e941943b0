/**
 * The bookkeeping of a heap: which granules of which region are whose. Owns no memory; the same code serves private,
 * shared, wasm, mapped and GPU memory, and only whoever owns those turns an offset into bytes.
 *
 * Two zones. Blocks up to 24 KiB live in the small zone of a region, larger ones in its large zone, so that a small
 * block that outlives its neighbours never pins a hole among megabyte tensors. The large zone grows up from 0, the small
 * one down from the region's end. Both count offsets from their own start; only `offsetOf` mirrors the small zone's.
 *
 * Deferred, never forgotten. `free` pushes the block on a stack of pending ones. `allocate` looks at the top of it: a
 * block of the same size that could not coalesce is handed out again, just what freeing and searching would have done,
 * so it costs no footprint, and what is live did not change. In every other case the whole stack is drained first: each block coalesces with the holes on
 * both sides, one at the end of its zone lowers the top, the rest is binned. Every search thus sees holes fully
 * coalesced, and deferral cannot make the heap creep, as quick lists of exact sizes do.
 *
 * Search: the bins (bins.ts), then the bump top of the oldest region with room. Holes are carved from the low end.
 */
import {
  FREED_BYTES,
  FREED_COUNT,
  GENERATION,
  LOCKED_COUNT,
  MAX_REGIONS,
  PEAK_BYTES,
  PEAK_COUNT,
  PENDING,
  PENDING_COUNT,
  PENDING_LIMIT,
  RECORDS_END,
  REUSED_BYTES,
  REUSED_COUNT,
  REGIONS_END,
  SPARE_RECORD,
  TOTAL_BYTES,
  TOTAL_COUNT,
} from "./arena-storage.ts";
import type { ArenaStorage } from "./arena-storage.ts";
import {
  LARGE_BINS,
  SMALL_BINS,
  findHole,
  findHoleInOwnBin,
  initBins,
  insertHole,
  largestHole,
  removeHole,
} from "./bins.ts";
import { GRANULE, granulesOf } from "./granule.ts";
import { firstGeneration, nextHandle } from "./handle.ts";
import {
  BIN_PREV,
  CAPACITY,
  FIRST,
  FIRST_BLOCK_RECORD,
  HANDLE,
  HIGH,
  HOLES,
  LAST,
  LOCKS,
  NEXT,
  OFFSET,
  OWNER,
  PREV,
  RECORD_WORDS,
  SIZE,
  SLACK_MASK,
  TOP,
  ownerWord,
  recordOf,
  zoneOf,
} from "./record.ts";

/**
 * Blocks of up to 24 KiB are small. Tuned on traces of ONNX Runtime: 24 to 32 KiB behave alike, 4 KiB and 64 KiB leave
 * the footprint of a detector run up to a fifth higher.
 */
export const SMALL_GRANULES: number = (24 * 1024) / GRANULE;

/** The largest block in bytes, 64 GiB: up to it, all arithmetic on granules stays in int32. */
export const MAX_BLOCK: number = 2 ** 30 * GRANULE;

/** What `allocate` returns when no region has room. */
export const NO_ROOM = -1;

export class Arena {
  readonly header: Int32Array;
  readonly counters: Float64Array;
  /** Replaced when it grows: read it anew at the start of each call. */
  records: Int32Array;
  readonly #storage: ArenaStorage;

  /** @param storage fresh, zeroed books */
  constructor(storage: ArenaStorage) {
    this.#storage = storage;
    this.header = storage.header;
    this.counters = storage.counters;
    this.records = storage.records;
    this.header[RECORDS_END] = FIRST_BLOCK_RECORD;
    this.header[GENERATION] = firstGeneration();
    // No handle has index 0 and is negative: nothing matches the dummy.
    this.records[HANDLE] = -1;
    initBins(this.records);
  }

  /**
   * Adds a region of `granules`, empty. @returns its number, or -1 when there are {@link MAX_REGIONS} already.
   */
  addRegion(granules: number): number {
    let region = 0;
    while (region < MAX_REGIONS && this.capacityOf(region) !== 0) region++;
    if (region === MAX_REGIONS) return -1;
    this.#resetZone(largeZone(region), granules);
    this.#resetZone(smallZone(region), granules);
    this.header[REGIONS_END] = Math.max(this.header[REGIONS_END]!, region + 1);
    return region;
  }

  /** Removes a region. @returns false when blocks are live in it. Pending blocks must be drained before. */
  removeRegion(region: number): boolean {
    if (!this.isEmpty(region)) return false;
    this.#resetZone(largeZone(region), 0);
    this.#resetZone(smallZone(region), 0);
    return true;
  }

  /** Granules of a region; 0 when there is none of that number. */
  capacityOf(region: number): number {
    return this.records[largeZone(region) + CAPACITY]!;
  }

  /** Whether no block of the region is live or pending. */
  isEmpty(region: number): boolean {
    return this.records[largeZone(region) + TOP] === 0 && this.records[smallZone(region) + TOP] === 0;
  }

  /** One past the highest region number. */
  get regionsEnd(): number {
    return this.header[REGIONS_END]!;
  }

  /** Granules of the region that were ever handed out: what may be resident of it. */
  highWaterOf(region: number): number {
    const high = this.records[largeZone(region) + HIGH]! + this.records[smallZone(region) + HIGH]!;
    return Math.min(high, this.capacityOf(region));
  }

  /** Reserves `size` bytes. @returns a handle, or {@link NO_ROOM}. */
  allocate(size: number): number {
    const header = this.header;
    const records = this.records;
    const pending = header[PENDING_COUNT]!;
    if (pending > 0) {
      const last = header[PENDING + pending - 1]!;
      if (sizeIn(records, last) === size && cannotCoalesce(records, last)) {
        header[PENDING_COUNT] = pending - 1;
        return this.#reopen(records, last, size);
      }
      this.drain();
    }
    if (size > MAX_BLOCK) return NO_ROOM;
    const granules = granulesOf(size);
    const block = this.#search(granules, granules <= SMALL_GRANULES);
    return block === 0 ? NO_ROOM : this.#open(this.records, block, size);
  }

  /** As `allocate`, in the other zones: for when memory is short and no region can be added. */
  allocateAnywhere(size: number): number {
    if (size > MAX_BLOCK) return NO_ROOM;
    const granules = granulesOf(size);
    this.drain();
    const block = this.#search(granules, granules > SMALL_GRANULES);
    return block === 0 ? NO_ROOM : this.#open(this.records, block, size);
  }

  /** Releases a block. @returns false, and changes nothing, when the handle is not live or is locked. */
  free(handle: number): boolean {
    const records = this.records;
    const block = recordOf(handle);
    if (records[block] !== handle || records[block + LOCKS] !== 0) return false;
    records[block] = ~nextHandle(handle);
    const header = this.header;
    const pending = header[PENDING_COUNT]!;
    header[PENDING + pending] = block;
    header[PENDING_COUNT] = pending + 1;
    if (pending + 1 === PENDING_LIMIT) this.drain();
    return true;
  }

  /** Counts a lock. @returns the block's record, or 0 when the handle is not live. */
  lock(handle: number): number {
    const records = this.records;
    const block = recordOf(handle);
    if (records[block] !== handle) return 0;
    if (records[block + LOCKS]!++ === 0) this.header[LOCKED_COUNT]!++;
    return block;
  }

  /** Takes a lock back. @returns 1 when done, 0 when it is not locked, -1 when the handle is not live. */
  unlock(handle: number): number {
    const records = this.records;
    const block = recordOf(handle);
    if (records[block] !== handle) return -1;
    const locks = records[block + LOCKS]!;
    if (locks === 0) return 0;
    records[block + LOCKS] = locks - 1;
    if (locks === 1) this.header[LOCKED_COUNT]!--;
    return 1;
  }

  /** The region that a block stands in. */
  regionOf(block: number): number {
    return regionOfZone(zoneOf(this.records[block + OWNER]!));
  }

  /** Granules from the start of its region to the block. */
  offsetOf(block: number): number {
    const records = this.records;
    const zone = zoneOf(records[block + OWNER]!);
    const offset = records[block + OFFSET]!;
    return isSmallZone(zone) ? records[zone + CAPACITY]! - offset - records[block + SIZE]! : offset;
  }

  /** Bytes that were asked for. */
  sizeOf(block: number): number {
    return sizeIn(this.records, block);
  }

  /** Coalesces and bins every pending block, and counts it as freed. */
  drain(): void {
    const { header, records, counters } = this;
    const pending = header[PENDING_COUNT]!;
    header[PENDING_COUNT] = 0;
    counters[FREED_COUNT]! += pending;
    for (let i = 0; i < pending; i++) {
      const block = header[PENDING + i]!;
      counters[FREED_BYTES]! += sizeIn(records, block);
      this.#coalesce(header, records, block);
    }
  }

  /** Granules of the largest block that any region has room for. Drains. */
  largestFree(): number {
    this.drain();
    const { header, records } = this;
    let largest = Math.max(largestHole(header, LARGE_BINS, records), largestHole(header, SMALL_BINS, records));
    for (let region = 0; region < this.regionsEnd; region++) {
      largest = Math.max(largest, this.#gapOf(largeZone(region), smallZone(region)));
    }
    return largest;
  }

  /** Whether one more block can be recorded. Grows the books where that is needed, and possible. */
  hasSpareRecord(): boolean {
    if (this.header[SPARE_RECORD] !== 0) return true;
    if (this.header[RECORDS_END]! + RECORD_WORDS <= this.records.length) return true;
    const larger = this.#storage.grow(this.records);
    if (larger === undefined) return false;
    this.records = larger;
    return true;
  }

  /**
   * Hands a pending block out again, at the size it had. It was never counted as freed, so that what is
   * live, and the peak, are as they were before; only the totals move.
   */
  #reopen(records: Int32Array, block: number, size: number): number {
    const handle = ~records[block]!;
    records[block] = handle;
    const counters = this.counters;
    counters[REUSED_BYTES]! += size;
    counters[REUSED_COUNT]!++;
    return handle;
  }

  #open(records: Int32Array, block: number, size: number): number {
    const handle = ~records[block]!;
    records[block] = handle;
    const owner = records[block + OWNER]!;
    records[block + OWNER] = (owner & ~SLACK_MASK) | (records[block + SIZE]! * GRANULE - size);
    const counters = this.counters;
    const totalBytes = (counters[TOTAL_BYTES]! += size);
    const totalCount = ++counters[TOTAL_COUNT]!;
    const liveBytes = totalBytes - counters[FREED_BYTES]!;
    if (liveBytes > counters[PEAK_BYTES]!) counters[PEAK_BYTES] = liveBytes;
    const liveCount = totalCount - counters[FREED_COUNT]!;
    if (liveCount > counters[PEAK_COUNT]!) counters[PEAK_COUNT] = liveCount;
    return handle;
  }

  /** A block of just `granules`, in a chain and in no bin. 0: no room, and nothing has changed. */
  #search(granules: number, small: boolean): number {
    // The one step that can fail for want of a record comes before anything changes.
    if (!this.hasSpareRecord()) return 0;
    const { header, records } = this;
    const bins = small ? SMALL_BINS : LARGE_BINS;
    const hole = findHole(header, bins, records, granules);
    if (hole === 0) {
      const block = this.#bump(granules, small);
      if (block !== 0) return block;
      const last = findHoleInOwnBin(records, bins, granules);
      return last === 0 ? 0 : this.#carve(header, records, last, granules, bins);
    }
    return this.#carve(header, records, hole, granules, bins);
  }

  /** Takes `granules` from the low end of a hole. */
  #carve(header: Int32Array, records: Int32Array, hole: number, granules: number, bins: number): number {
    removeHole(header, bins, records, hole);
    const zone = zoneOf(records[hole + OWNER]!);
    records[zone + HOLES]!--;
    const rest = records[hole + SIZE]! - granules;
    if (rest > 0) this.#split(header, records, hole, granules, rest, zone, bins);
    return hole;
  }

  #split(
    header: Int32Array,
    records: Int32Array,
    hole: number,
    granules: number,
    rest: number,
    zone: number,
    bins: number,
  ): void {
    const remainder = this.#takeRecord(header, records);
    const next = records[hole + NEXT]!;
    records[hole + SIZE] = granules;
    records[hole + NEXT] = remainder;
    records[next + PREV] = remainder;
    records[remainder + SIZE] = rest;
    records[remainder + PREV] = hole;
    records[remainder + NEXT] = next;
    records[remainder + OFFSET] = records[hole + OFFSET]! + granules;
    records[remainder + OWNER] = ownerWord(zone, 0);
    records[zone + HOLES]!++;
    insertHole(header, bins, records, remainder);
  }

  #bump(granules: number, small: boolean): number {
    const { header, records } = this;
    for (let region = 0; region < header[REGIONS_END]!; region++) {
      const zone = small ? smallZone(region) : largeZone(region);
      if (this.#gapOf(zone, small ? largeZone(region) : smallZone(region)) < granules) continue;
      const block = this.#takeRecord(header, records);
      const last = records[zone + LAST]!;
      const top = records[zone + TOP]!;
      records[last + NEXT] = block;
      records[zone + LAST] = block;
      records[block + SIZE] = granules;
      records[block + PREV] = last;
      records[block + NEXT] = zone;
      records[block + OFFSET] = top;
      records[block + OWNER] = ownerWord(zone, 0);
      records[zone + TOP] = top + granules;
      if (top + granules > records[zone + HIGH]!) records[zone + HIGH] = top + granules;
      return block;
    }
    return 0;
  }

  /** Granules between the tops of a region's two zones. */
  #gapOf(zone: number, other: number): number {
    const records = this.records;
    return records[zone + CAPACITY]! - records[zone + TOP]! - records[other + TOP]!;
  }

  #coalesce(header: Int32Array, records: Int32Array, freed: number): void {
    const zone = zoneOf(records[freed + OWNER]!);
    const bins = isSmallZone(zone) ? SMALL_BINS : LARGE_BINS;
    let block = freed;
    const left = records[block + PREV]!;
    if (isHole(records, left)) {
      removeHole(header, bins, records, left);
      records[zone + HOLES]!--;
      this.#absorbNext(header, records, left);
      block = left;
    }
    const right = records[block + NEXT]!;
    if (isHole(records, right)) {
      removeHole(header, bins, records, right);
      records[zone + HOLES]!--;
      this.#absorbNext(header, records, block);
    }
    if (records[block + NEXT] === zone) {
      records[zone + TOP] = records[block + OFFSET]!;
      const last = records[block + PREV]!;
      records[last + NEXT] = zone;
      records[zone + LAST] = last;
      this.#giveRecord(header, records, block);
    } else {
      insertHole(header, bins, records, block);
      records[zone + HOLES]!++;
    }
  }

  #absorbNext(header: Int32Array, records: Int32Array, block: number): void {
    const next = records[block + NEXT]!;
    const after = records[next + NEXT]!;
    records[block + SIZE]! += records[next + SIZE]!;
    records[block + NEXT] = after;
    records[after + PREV] = block;
    this.#giveRecord(header, records, next);
  }

  #takeRecord(header: Int32Array, records: Int32Array): number {
    let record = header[SPARE_RECORD]!;
    if (record !== 0) {
      header[SPARE_RECORD] = records[record + LOCKS]!;
    } else {
      record = header[RECORDS_END]!;
      header[RECORDS_END] = record + RECORD_WORDS;
      records[record + HANDLE] = ~(header[GENERATION]! | (record >> 3));
    }
    records[record + LOCKS] = 0;
    records[record + BIN_PREV] = -1;
    return record;
  }

  /** A spare record keeps its handle word, so that the generation goes on. */
  #giveRecord(header: Int32Array, records: Int32Array, record: number): void {
    records[record + LOCKS] = header[SPARE_RECORD]!;
    header[SPARE_RECORD] = record;
  }

  #resetZone(zone: number, granules: number): void {
    const records = this.records;
    records.fill(0, zone, zone + RECORD_WORDS);
    records[zone + CAPACITY] = granules;
    records[zone + FIRST] = zone;
    records[zone + LAST] = zone;
  }
}

/** Bytes that were asked for. */
function sizeIn(records: Int32Array, block: number): number {
  return records[block + SIZE]! * GRANULE - (records[block + OWNER]! & SLACK_MASK);
}

/** The record of a region's large zone, which grows up from offset 0. */
export function largeZone(region: number): number {
  return (1 + 2 * region) * RECORD_WORDS;
}

/** The record of a region's small zone, which grows down from its end. */
export function smallZone(region: number): number {
  return (2 + 2 * region) * RECORD_WORDS;
}

/** Whether a free block, pending ones left aside, is in a bin. A zone's own record counts as live. */
export function isHole(records: Int32Array, record: number): boolean {
  return records[record]! < 0 && records[record + BIN_PREV]! >= 0;
}

/**
 * Whether draining would leave a pending block as it is: live blocks on both sides, or, on the right, the end of a zone
 * without holes, where the block would go back to the top only to be bumped from there again.
 */
function cannotCoalesce(records: Int32Array, block: number): boolean {
  if (records[records[block + PREV]!]! < 0) return false;
  const next = records[block + NEXT]!;
  const handle = records[next]!;
  return handle > 0 || (handle === 0 && records[next + HOLES] === 0);
}

function isSmallZone(zone: number): boolean {
  return (zone & RECORD_WORDS) === 0;
}

function regionOfZone(zone: number): number {
  return ((zone >> 3) - 1) >> 1;
}
