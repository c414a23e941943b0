/**
 * Verifies the books of an arena: every rule that the code relies on, found by walking everything there is. Slow (linear
 * in blocks and holes) and independent of the paths that keep the rules.
 */
import { CorruptionError } from "../errors.ts";
import type { Arena } from "./arena.ts";
import { binOf, bitsOf, headOf } from "./bins.ts";
import { GRANULE } from "./granule.ts";
import { INDEX_MASK } from "./handle.ts";
import { bytesOf, isHole } from "./record.ts";
import {
  BIN_COUNT,
  BIN_NEXT,
  BIN_PREV,
  CAPACITY,
  CELL_CLASS,
  CELL_SLAB,
  CLASS_COUNT,
  FIRST,
  FIRST_BLOCK_RECORD,
  HIGH,
  LARGE_BINS,
  LAST,
  LIVE_BYTES,
  LIVE_COUNT,
  LOCKED_COUNT,
  LOCKS,
  NEXT,
  OFFSET,
  PEAK_BYTES,
  PEAK_COUNT,
  PENDING,
  PENDING_COUNT,
  PREV,
  RECORDS_END,
  RECORD_WORDS,
  SIZE,
  SLAB_CLASS,
  SLAB_FREE,
  SMALL_BINS,
  SPARE_RECORD,
  TOP,
  ZONE,
} from "./layout.ts";
import { cellGranules, forEachFreeCell } from "./slabs.ts";
import { binsOfZone, largeZone, smallZone } from "./zone.ts";

/** What the walk found (a pending block counts as live, since it is not counted as freed yet), to be compared with what the arena counts. */
interface Census {
  liveBytes: number;
  liveCount: number;
  lockedCount: number;
  holes: number;
  /** Every record that was met, once. */
  readonly seen: Set<number>;
  /** For each slab, where its cells are to be. */
  readonly slabs: Map<number, Set<number>>;
}

/** @throws {CorruptionError} naming the first rule that is broken, with its numbers */
export function checkArena(arena: Arena): void {
  const census: Census = { liveBytes: 0, liveCount: 0, lockedCount: 0, holes: 0, seen: new Set(), slabs: new Map() };
  const pending = pendingBlocks(arena);
  for (let region = 0; region < arena.regionsEnd; region++) checkRegion(arena, region, pending, census);
  checkSpareRecords(arena, census.seen);
  checkCells(arena, pending, census);
  const binned = checkBins(arena, LARGE_BINS) + checkBins(arena, SMALL_BINS);
  require(binned === census.holes, `the bins have ${binned} holes, the zones ${census.holes}`);
  checkCounters(arena, census);
}

function pendingBlocks({ records }: Arena): Set<number> {
  const count = records[PENDING_COUNT]!;
  const pending = new Set(records.subarray(PENDING, PENDING + count));
  require(pending.size === count, `${count - pending.size} blocks are pending twice`);
  for (const block of pending) require(records[block]! < 0, `block ${block} is pending and live`);
  return pending;
}

function checkRegion(arena: Arena, region: number, pending: Set<number>, census: Census): void {
  const { records } = arena;
  const [large, small] = [largeZone(region), smallZone(region)];
  const capacity = records[large + CAPACITY]!;
  require(capacity === records[small + CAPACITY], `the zones of region ${region} differ in capacity`);
  const tops = records[large + TOP]! + records[small + TOP]!;
  require(tops <= capacity, `the zones of region ${region} overlap: ${tops} granules of ${capacity} are used`);
  for (const zone of [large, small]) checkZone(arena, zone, pending, census);
}

function checkZone({ records }: Arena, zone: number, pending: Set<number>, census: Census): void {
  let [offset, previous] = [0, zone];
  for (let block = records[zone + FIRST]!; block !== zone; block = records[block + NEXT]!) {
    const at = `block ${block} of zone ${zone}`;
    require(!census.seen.has(block), `${at} stands in a chain twice`);
    census.seen.add(block);
    require(block >= FIRST_BLOCK_RECORD && block % RECORD_WORDS === 0, `${at} is no record`);
    require(records[block + PREV] === previous, `${at} does not point back to ${previous}`);
    require(records[block + OFFSET] === offset, `${at} is at ${records[block + OFFSET]}, not at ${offset}`);
    require(records[block + SIZE]! > 0, `${at} has ${records[block + SIZE]} granules`);
    require(records[block + ZONE] === zone, `${at} names another zone`);
    if (isHole(records, block)) {
      census.holes++;
      require(!pending.has(block), `${at} is binned and pending`);
      require(previous === zone || !isHole(records, previous), `${at} and the hole before it are not coalesced`);
      require(records[block + NEXT] !== zone, `${at} is free and was not given back to the top`);
    } else if (records[block]! < 0 && !pending.has(block)) {
      checkSlab(records, block, census);
    } else {
      countBlock(records, block, census);
      const [bytes, granules] = [bytesOf(records, block), records[block + SIZE]!];
      require(Math.max(1, Math.ceil(bytes / GRANULE)) ===
        granules, `block ${block} has ${granules} granules for ${bytes} bytes`);
    }
    offset += records[block + SIZE]!;
    previous = block;
  }
  require(records[zone + LAST] === previous, `zone ${zone} does not end at ${previous}`);
  require(records[zone + TOP] === offset, `the top of zone ${zone} is ${records[zone + TOP]}, not ${offset}`);
  require(records[zone + HIGH]! >= offset, `the high-water of zone ${zone} is below its top`);
}

function countBlock(records: Int32Array, block: number, census: Census): void {
  const handle = records[block]!;
  require((Math.max(handle, ~handle) & INDEX_MASK) === block / RECORD_WORDS, `block ${block} has another's handle`);
  require(handle >= 0 || records[block + LOCKS] === 0, `block ${block} is pending and locked`);
  census.liveCount++;
  census.liveBytes += bytesOf(records, block);
  if (records[block + LOCKS]! > 0) census.lockedCount++;
}

/** What is neither live, nor a hole, nor pending, is a slab. Its cells are met later. */
function checkSlab(records: Int32Array, slab: number, census: Census): void {
  const cellClass = records[slab + SLAB_CLASS]!;
  const at = `block ${slab}, which is neither live, nor binned, nor pending,`;
  require(cellClass >= 0 && cellClass < CLASS_COUNT, `${at} is no slab either: there is no class ${cellClass}`);
  const cells = records[slab + SIZE]! / cellGranules(cellClass);
  require(Number.isInteger(cells), `${at} is no slab of class ${cellClass}: it would have ${cells} cells`);
  require(records[slab + SLAB_FREE] === 0, `slab ${slab} was not counted to the end`);
  require(binsOfZone(records[slab + ZONE]!) === SMALL_BINS, `slab ${slab} is not in a small zone`);
  const starts = Array.from({ length: cells }, (_, i) => records[slab + OFFSET]! + i * cellGranules(cellClass));
  census.slabs.set(slab, new Set(starts));
}

/** Every record that is in no zone and not spare is a cell: of a slab, at a place that no other has, and live, pending or free. */
function checkCells({ records }: Arena, pending: Set<number>, census: Census): void {
  const free = new Set<number>();
  forEachFreeCell(records, (cell, cellClass) => {
    require(!free.has(cell), `cell ${cell} is free twice`);
    require(records[cell + CELL_CLASS] === ~cellClass, `cell ${cell} is in the list of class ${cellClass}`);
    free.add(cell);
  });
  for (let cell = FIRST_BLOCK_RECORD; cell < records[RECORDS_END]!; cell += RECORD_WORDS) {
    if (census.seen.has(cell)) continue;
    census.seen.add(cell);
    checkCell(records, cell, census.slabs);
    if (free.has(cell)) {
      require(records[cell]! < 0 && !pending.has(cell), `cell ${cell} is free, and pending or live`);
      free.delete(cell);
    } else {
      require(records[cell]! >= 0 || pending.has(cell), `cell ${cell} is neither live, nor free, nor pending`);
      countBlock(records, cell, census);
      const [bytes, granules] = [bytesOf(records, cell), records[cell + SIZE]!];
      require(bytes <= granules * GRANULE, `cell ${cell} has ${granules} granules for ${bytes} bytes`);
    }
  }
  require(free.size === 0, `${free.size} records are free cells, and blocks or spare`);
  for (const [slab, starts] of census.slabs) require(starts.size === 0, `slab ${slab} lacks ${starts.size} cells`);
  for (const block of pending) require(census.seen.has(block), `pending block ${block} is in no zone`);
}

function checkCell(records: Int32Array, cell: number, slabs: Map<number, Set<number>>): void {
  const slab = records[cell + CELL_SLAB]!;
  const starts = slabs.get(slab);
  require(starts !== undefined, `record ${cell} is in no zone, not spare, and no cell of a slab`);
  const cellClass = records[slab + SLAB_CLASS]!;
  require(records[cell + CELL_CLASS] === ~cellClass, `cell ${cell} is of another class than its slab ${slab}`);
  require(records[cell + SIZE] === cellGranules(cellClass), `cell ${cell} has ${records[cell + SIZE]} granules`);
  require(records[cell + ZONE] === records[slab + ZONE], `cell ${cell} names another zone than its slab`);
  require(starts!.delete(
    records[cell + OFFSET]!,
  ), `cell ${cell} is at ${records[cell + OFFSET]}, where none is or another`);
}

/** @returns how many holes the bins of one kind of zone have */
function checkBins({ records }: Arena, set: number): number {
  let count = 0;
  for (let bin = set; bin < set + BIN_COUNT; bin++) {
    const head = headOf(bin);
    const first = records[head + BIN_NEXT]!;
    const bits = bitsOf(records, bin);
    require(bits.bin === (first !== head), `the bit of bin ${bin} is ${bits.bin}, its first hole ${first}`);
    require(bits.row === bits.any, `the row bit of bin ${bin} is wrong`);
    let previous = head;
    for (let hole = first; hole !== head; hole = records[hole + BIN_NEXT]!) {
      require(isHole(records, hole), `bin ${bin} has block ${hole}, which is no hole`);
      require(set + binOf(records[hole + SIZE]!) === bin, `hole ${hole} is in bin ${bin}, of another size`);
      require(records[hole + BIN_PREV] === previous, `hole ${hole} does not point back in bin ${bin}`);
      require(binsOfZone(records[hole + ZONE]!) === set, `hole ${hole} is in the bins of the other kind of zone`);
      previous = hole;
      count++;
    }
    require(records[head + BIN_PREV] === previous, `bin ${bin} does not end at ${previous}`);
  }
  return count;
}

function checkSpareRecords({ records }: Arena, seen: Set<number>): void {
  for (let record = records[SPARE_RECORD]!; record !== 0; record = records[record + LOCKS]!) {
    require(!seen.has(record), `record ${record} is spare and in use`);
    require(records[record]! < 0 && !isHole(records, record), `record ${record} is spare, and live or a hole`);
    seen.add(record);
  }
}

function checkCounters({ records, counters }: Arena, census: Census): void {
  const liveBytes = counters[LIVE_BYTES]!;
  const liveCount = records[LIVE_COUNT]!;
  require(liveBytes === census.liveBytes, `${liveBytes} bytes are counted live, ${census.liveBytes} are`);
  require(liveCount === census.liveCount, `${liveCount} handles are counted live, ${census.liveCount} are`);
  require(counters[PEAK_BYTES]! >= liveBytes, `the peak of ${counters[PEAK_BYTES]} bytes is below ${liveBytes}`);
  require(records[PEAK_COUNT]! >= liveCount, `the peak of ${records[PEAK_COUNT]} handles is below ${liveCount}`);
  const locked = records[LOCKED_COUNT]!;
  require(locked === census.lockedCount, `${locked} handles are counted locked, ${census.lockedCount} are`);
}

function require(holds: boolean, finding: string): void {
  if (holds) return;
  throw new CorruptionError(
    `The heap's books are broken: ${finding}. Please report this with the calls that led here.`,
  );
}
