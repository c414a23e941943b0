/**
 * The bookkeeping of a heap: which granules of which region are whose. Owns no memory; the same code serves private,
 * shared, wasm, mapped and GPU memory, and only whoever owns those turns an offset into bytes.
 *
 * Two zones. Blocks up to 24 KiB live in the small zone of a region, larger ones in its large zone, so that a small
 * block that outlives its neighbours never pins a hole among megabyte tensors. The large zone grows up from 0, the small
 * one down from the region's end. Both count offsets from their own start; only `offsetOf` mirrors the small zone's.
 *
 * Small blocks have cells of slabs, where those are to be had (slabs.ts): what follows is for the others, and for slabs.
 *
 * Deferred, never forgotten. `free` pushes the block on a stack of pending ones. `allocate` looks at the top of it: a
 * block of the same size that could not coalesce, as a cell never can, is handed out again, just what freeing and searching
 * would have done, so it costs no footprint, and what is live did not change. (Handing it out where it could coalesce on one
 * side took less time, and up to a tenth more memory on one trace or another.) In every other case the whole stack is drained
 * first: each block coalesces with the holes on both sides, one at the end of its zone lowers the top, the rest is binned.
 * Every search thus sees holes fully coalesced, and deferral cannot make the heap creep, as quick lists of exact sizes do.
 *
 * Search: the bins (bins.ts), then the bump top of the oldest region with room. Holes are carved from the low end: from
 * the high end, or from the one or the other by size or neighbour, traces of models needed up to a fifth more. Sorting
 * bins by size or address, or passing over holes that leave little, gave the same or worse.
 */
import type { ArenaStorage } from "./arena-storage.ts";
import { binOf, findBin, findHoleInOwnBin, initBins, insertHole, largestHole, removeHole } from "./bins.ts";
import { GRANULE, granulesOf } from "./granule.ts";
import { HANDLE_LIMIT, firstGeneration, nextHandle } from "./handle.ts";
import { bytesOf, recordOf, takeRecord } from "./record.ts";
import {
  BIN_NEXT,
  BYTES,
  CAPACITY,
  CELLS,
  CLASS_COUNT,
  FIRST,
  FIRST_BLOCK_RECORD,
  FREED_BYTES,
  FREED_COUNT,
  GENERATION,
  HANDLE,
  HEADS,
  HIGH,
  HOLE_BIT,
  HOLE_LIMIT,
  LARGE_BINS,
  LAST,
  LIVE_BYTES,
  LIVE_COUNT,
  LOCKED_COUNT,
  LOCKS,
  MAX_BLOCK,
  MAX_REGIONS,
  NEXT,
  NO_ROOM,
  OFFSET,
  PEAK_BYTES,
  PEAK_COUNT,
  PENDING,
  PENDING_COUNT,
  PENDING_LIMIT,
  PREV,
  RECORDS_END,
  RECORD_WORDS,
  REGIONS_END,
  REUSED_BYTES,
  REUSED_COUNT,
  SET_BITS,
  SIZE,
  SLAB_LIMIT,
  SMALL_BINS,
  SMALL_BYTES,
  SPARE_RECORD,
  TOP,
  ZONE,
} from "./layout.ts";
import {
  borrowCell,
  cellGranules,
  classOf,
  cutSlab,
  dissolveFreeSlabs,
  largestCell,
  nextSlab,
  slabLimit,
  takeCell,
} from "./slabs.ts";
import { binsOfZone, gapOf, isSmallZone, largeZone, regionOfZone, smallZone } from "./zone.ts";

export class Arena {
  readonly counters: Float64Array;
  /** Replaced when it grows: read it anew at the start of each call. */
  records: Int32Array;
  readonly #storage: ArenaStorage;

  /** @param storage fresh, zeroed books */
  constructor(storage: ArenaStorage) {
    this.#storage = storage;
    this.counters = storage.counters;
    this.records = storage.records;
    this.records[RECORDS_END] = FIRST_BLOCK_RECORD;
    this.records[GENERATION] = firstGeneration();
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
    this.records[REGIONS_END] = Math.max(this.records[REGIONS_END]!, region + 1);
    this.records[SLAB_LIMIT] = Math.max(this.records[SLAB_LIMIT]!, slabLimit(granules));
    return region;
  }

  /** Removes a region. @returns false when it is not empty: drain, and free empty slabs, before. */
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

  /** Whether no block of the region is live or pending, and none is a slab. */
  isEmpty(region: number): boolean {
    return this.records[largeZone(region) + TOP] === 0 && this.records[smallZone(region) + TOP] === 0;
  }

  /** One past the highest region number. */
  get regionsEnd(): number {
    return this.records[REGIONS_END]!;
  }

  /** Granules of the region that were ever handed out: what may be resident of it. */
  highWaterOf(region: number): number {
    const high = this.records[largeZone(region) + HIGH]! + this.records[smallZone(region) + HIGH]!;
    return Math.min(high, this.capacityOf(region));
  }

  /** Reserves `size` bytes. @returns a handle, or {@link NO_ROOM}. */
  allocate(size: number): number {
    const records = this.records;
    const pending = records[PENDING_COUNT]!;
    if (pending > 0) {
      const last = records[PENDING - 1 + pending]!;
      if (records[last + BYTES] === size && cannotCoalesce(records, last)) {
        records[PENDING_COUNT] = pending - 1;
        // It was never counted as freed: what is live, and the peak, are as they were before. Only the totals move.
        const counters = this.counters;
        counters[REUSED_BYTES]! += size;
        counters[REUSED_COUNT]!++;
        return (records[last] = ~records[last]!);
      }
    }
    return size <= SMALL_BYTES ? this.#allocateSmall(size) : this.#search(size, LARGE_BINS);
  }

  /** As `allocate`, in a cell of any size or in the other zones: for when memory is short and no region can be added. */
  allocateAnywhere(size: number): number {
    if (size > SMALL_BYTES) return this.#search(size, SMALL_BINS);
    this.drain();
    const cellClass = classOf(granulesOf(size));
    const cell = takeCell(this.records, cellClass) || borrowCell(this.records, cellClass, CLASS_COUNT);
    return cell !== 0 ? this.#openCell(cell, size) : this.#search(size, LARGE_BINS);
  }

  /** Releases a block. @returns false, and changes nothing, when the handle is not live or is locked. */
  free(handle: number): boolean {
    const records = this.records;
    const block = recordOf(handle);
    if (records[block] !== handle || records[block + LOCKS] !== 0) return false;
    records[block] = ~nextHandle(handle);
    const pending = records[PENDING_COUNT]!;
    records[PENDING + pending] = block;
    records[PENDING_COUNT] = pending + 1;
    if (pending + 1 === PENDING_LIMIT) this.drain();
    return true;
  }

  /** Counts a lock. @returns the block's record, or 0 when the handle is not live. */
  lock(handle: number): number {
    const records = this.records;
    const block = recordOf(handle);
    if (records[block] !== handle) return 0;
    if (records[block + LOCKS]!++ === 0) records[LOCKED_COUNT]!++;
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
    if (locks === 1) records[LOCKED_COUNT]!--;
    return 1;
  }

  /** The region that a block stands in. */
  regionOf(block: number): number {
    return regionOfZone(this.records[block + ZONE]!);
  }

  /** Granules from the start of its region to the block. */
  offsetOf(block: number): number {
    const records = this.records;
    const zone = records[block + ZONE]!;
    const offset = records[block + OFFSET]!;
    return isSmallZone(zone) ? records[zone + CAPACITY]! - offset - records[block + SIZE]! : offset;
  }

  /** Bytes that were asked for. */
  sizeOf(block: number): number {
    return bytesOf(this.records, block);
  }

  /** Coalesces and bins every pending block, and counts it as freed. */
  drain(): void {
    const records = this.records;
    const pending = records[PENDING_COUNT]!;
    if (pending === 0) return;
    let freedBytes = 0;
    let spare = records[SPARE_RECORD]!;
    for (let i = 0; i < pending; i++) {
      let block = records[PENDING + i]!;
      freedBytes += bytesOf(records, block);
      let previous = records[block + PREV]!;
      if (previous < 0) {
        const head = CELLS + ~previous;
        records[block + LOCKS] = records[head]!;
        records[head] = block;
        continue;
      }
      const zone = records[block + ZONE]!;
      const set = binsOfZone(zone);
      let granules = records[block + SIZE]!;
      let next = records[block + NEXT]!;
      if (records[next]! < HOLE_LIMIT) {
        const more = records[next + SIZE]!;
        removeHole(records, next, set + binOf(more));
        granules += more;
        // A spare record keeps its handle word, so that the generation goes on.
        records[next]! |= HOLE_BIT;
        records[next + LOCKS] = spare;
        spare = next;
        next = records[next + NEXT]!;
      }
      if (records[previous]! < HOLE_LIMIT) {
        const more = records[previous + SIZE]!;
        removeHole(records, previous, set + binOf(more));
        granules += more;
        records[block + LOCKS] = spare;
        spare = block;
        block = previous;
        previous = records[block + PREV]!;
      } else {
        records[block]! ^= HOLE_BIT;
      }
      if (next !== zone) {
        records[block + SIZE] = granules;
        records[block + NEXT] = next;
        records[next + PREV] = block;
        insertHole(records, block, set + binOf(granules));
      } else {
        // The last of its zone goes back to the top.
        records[zone + TOP] = records[block + OFFSET]!;
        records[previous + NEXT] = zone;
        records[zone + LAST] = previous;
        records[block]! |= HOLE_BIT;
        records[block + LOCKS] = spare;
        spare = block;
      }
    }
    records[PENDING_COUNT] = 0;
    records[SPARE_RECORD] = spare;
    records[LIVE_COUNT]! -= pending;
    const counters = this.counters;
    counters[LIVE_BYTES]! -= freedBytes;
    counters[FREED_BYTES]! += freedBytes;
    counters[FREED_COUNT]! += pending;
  }

  /** Granules of the largest block that any region has room for. Drains. */
  largestFree(): number {
    this.drain();
    const { records } = this;
    const cell = Math.min(largestCell(records), SMALL_BYTES / GRANULE);
    let largest = Math.max(cell, largestHole(records, LARGE_BINS), largestHole(records, SMALL_BINS));
    for (let region = 0; region < this.regionsEnd; region++) {
      largest = Math.max(largest, gapOf(records, largeZone(region), smallZone(region)));
    }
    return largest;
  }

  /** Whether one more block can be recorded. Grows the books where that is needed, and possible. */
  hasSpareRecord(): boolean {
    return this.records[SPARE_RECORD] !== 0 || this.#hasRecords(1);
  }

  /** Frees the slabs that no block is in. Drains. @returns whether there were any */
  releaseSlabs(): boolean {
    this.drain();
    const { records } = this;
    const slabs = dissolveFreeSlabs(records);
    for (let i = 0; i < slabs.length; i += PENDING_LIMIT) {
      const some = slabs.slice(i, i + PENDING_LIMIT);
      for (const slab of some) records[slab + BYTES] = 0;
      records.set(some, PENDING);
      records[PENDING_COUNT] = some.length;
      // They were never counted as allocated, and are not to be as freed.
      records[LIVE_COUNT]! += some.length;
      this.counters[FREED_COUNT]! -= some.length;
      this.drain();
    }
    return slabs.length > 0;
  }

  /** Drains, and hands out a cell, or a place of its own. */
  #allocateSmall(size: number): number {
    if (this.records[PENDING_COUNT] !== 0) this.drain();
    const cellClass = classOf(granulesOf(size));
    let cell = takeCell(this.records, cellClass);
    if (cell === 0) cell = this.#otherCell(cellClass);
    return cell !== 0 ? this.#openCell(cell, size) : this.#search(size, SMALL_BINS);
  }

  /** A cell where none of the class is free: a larger one, or the first of another slab. 0 when there is none. */
  #otherCell(cellClass: number): number {
    const borrowed = borrowCell(this.records, cellClass);
    if (borrowed !== 0 || !this.#addSlab(cellClass)) return borrowed;
    return takeCell(this.records, cellClass);
  }

  /**
   * Makes a cell live, and counts it. @returns its handle
   *
   * The end of `#search` does the same with other blocks. As one method, which V8 did not inline there, it cost a trace of a
   * model 2 ns in 35.
   */
  #openCell(cell: number, size: number): number {
    const records = this.records;
    records[cell + LOCKS] = 0;
    records[cell + BYTES] = size;
    const live = records[LIVE_COUNT]! + 1;
    records[LIVE_COUNT] = live;
    if (live > records[PEAK_COUNT]!) records[PEAK_COUNT] = live;
    const counters = this.counters;
    const bytes = counters[LIVE_BYTES]! + size;
    counters[LIVE_BYTES] = bytes;
    if (bytes > counters[PEAK_BYTES]!) counters[PEAK_BYTES] = bytes;
    return (records[cell] = ~records[cell]!);
  }

  /** Cuts a slab for a class whose cells are all taken. @returns false when it is to have none, or there is no room */
  #addSlab(cellClass: number): boolean {
    const granules = nextSlab(this.records, cellClass);
    // A record for each cell, one for the slab, and one for what is left of the hole.
    if (granules === 0 || !this.#hasRecords(granules / cellGranules(cellClass) + 2)) return false;
    const { records, counters } = this;
    const peaks = { bytes: counters[PEAK_BYTES]!, count: records[PEAK_COUNT]! };
    const handle = this.#search(granules * GRANULE, SMALL_BINS);
    if (handle === NO_ROOM) return false;
    // Its cells will count, when they are blocks; the slab does not.
    counters[LIVE_BYTES]! -= granules * GRANULE;
    counters[PEAK_BYTES] = peaks.bytes;
    records[LIVE_COUNT]!--;
    records[PEAK_COUNT] = peaks.count;
    cutSlab(records, recordOf(handle), cellClass);
    return true;
  }

  /** Whether there is room for so many records behind the last one. Grows the books where that is needed, and possible. */
  #hasRecords(count: number): boolean {
    while (this.records[RECORDS_END]! + count * RECORD_WORDS > this.records.length) {
      const larger = this.#storage.grow(this.records);
      if (larger === undefined) return false;
      this.records = larger;
    }
    return true;
  }

  /**
   * Drains, and finds a place by the bins or at a top.
   *
   * The hole is carved in here, and small calls are written out, here and in `drain`: V8 stops inlining at 920 bytes of
   * bytecode in a function, and with one call more a trace of a model takes a tenth longer, random replacement a quarter.
   */
  #search(size: number, set: number): number {
    if (size > MAX_BLOCK) return NO_ROOM;
    if (this.records[PENDING_COUNT] !== 0) this.drain();
    // The one step that can fail for want of a record comes before anything changes.
    let records = this.records;
    if (records[SPARE_RECORD] === 0) {
      if (!this.hasSpareRecord()) return NO_ROOM;
      records = this.records;
    }
    const granules = granulesOf(size);
    const bin = set + binOf(granules);
    let from = findBin(records, granules, bin);
    let block: number;
    if (from < 0) {
      block = this.#bump(granules, set);
      if (block === 0) {
        block = findHoleInOwnBin(records, granules, bin);
        if (block === 0) return NO_ROOM;
        from = bin;
      }
    } else {
      block = records[HEADS + BIN_NEXT + 2 * from]!;
    }
    if (from >= 0) {
      // Taken from its low end.
      removeHole(records, block, from);
      const rest = records[block + SIZE]! - granules;
      if (rest !== 0) {
        const remainder = takeRecord(records);
        const next = records[block + NEXT]!;
        records[block + SIZE] = granules;
        records[block + NEXT] = remainder;
        records[next + PREV] = remainder;
        records[remainder]! ^= HOLE_BIT;
        records[remainder + SIZE] = rest;
        records[remainder + PREV] = block;
        records[remainder + NEXT] = next;
        records[remainder + OFFSET] = records[block + OFFSET]! + granules;
        records[remainder + ZONE] = records[block + ZONE]!;
        insertHole(records, remainder, set + binOf(rest));
      }
    }
    records[block + LOCKS] = 0;
    records[block + BYTES] = size <= 0x7fff_ffff ? size : ~(granules * GRANULE - size);
    const live = records[LIVE_COUNT]! + 1;
    records[LIVE_COUNT] = live;
    if (live > records[PEAK_COUNT]!) records[PEAK_COUNT] = live;
    const counters = this.counters;
    const bytes = counters[LIVE_BYTES]! + size;
    counters[LIVE_BYTES] = bytes;
    if (bytes > counters[PEAK_BYTES]!) counters[PEAK_BYTES] = bytes;
    return (records[block] = ~records[block]! & (HANDLE_LIMIT - 1));
  }

  /** A block at the top of the oldest region that has room, 0 when none has. */
  #bump(granules: number, set: number): number {
    const records = this.records;
    // The zones of a region stand side by side, the large one first.
    const first = set === SMALL_BINS ? 2 * RECORD_WORDS : RECORD_WORDS;
    const other = set === SMALL_BINS ? -RECORD_WORDS : RECORD_WORDS;
    const end = (1 + 2 * records[REGIONS_END]!) * RECORD_WORDS;
    for (let zone = first; zone < end; zone += 2 * RECORD_WORDS) {
      const top = records[zone + TOP]!;
      if (records[zone + CAPACITY]! - top - records[zone + other + TOP]! < granules) continue;
      const block = takeRecord(records);
      const last = records[zone + LAST]!;
      records[last + NEXT] = block;
      records[zone + LAST] = block;
      records[block + SIZE] = granules;
      records[block + PREV] = last;
      records[block + NEXT] = zone;
      records[block + OFFSET] = top;
      records[block + ZONE] = zone;
      records[zone + TOP] = top + granules;
      if (top + granules > records[zone + HIGH]!) records[zone + HIGH] = top + granules;
      return block;
    }
    return 0;
  }

  #resetZone(zone: number, granules: number): void {
    const records = this.records;
    records.fill(0, zone, zone + RECORD_WORDS);
    records[zone + CAPACITY] = granules;
    records[zone + FIRST] = zone;
    records[zone + LAST] = zone;
  }
}

/**
 * Whether draining and searching would hand out a pending block just as it is: live blocks on both sides, or, on the right,
 * the end of its zone while there are no holes, where it would go back to the top only to be bumped from there again.
 */
function cannotCoalesce(records: Int32Array, block: number): boolean {
  const previous = records[block + PREV]!;
  if (previous < 0) return true; // a cell
  if (records[previous]! < 0) return false;
  const next = records[block + NEXT]!;
  const handle = records[next]!;
  return handle > 0 || (handle === 0 && records[SET_BITS + ((~next >> 3) & 1)] === 0);
}
