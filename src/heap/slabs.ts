/**
 * Slabs: blocks of the small zone that are cut into cells of one size, for small blocks.
 *
 * A cell is taken from the list of its class and goes back to it: nothing to search, to split or to coalesce. That is
 * what allocators with size classes do (Bonwick's slabs, 1994; the pages of mimalloc), and what they pay for it in memory
 * is bounded here: small blocks are few bytes beside tensors; a class begins with a slab of one cell, and each slab has
 * twice the cells of the one before, up to {@link CELLS_AT_MOST} or a page; a block takes a free cell of a class somewhat
 * larger before a slab is cut; and no slab has more than a 256th of a region. A slab stays until memory is short, or is
 * trimmed. Since one is cut only while no cell of the class is free, slabs cannot creep: the same calls again need no other.
 *
 * Classes are exact up to 16 granules, then 8 to a doubling: a cell is at most an eighth larger than its block, and powers of
 * two fit.
 *
 * A slab's own record has the word of a pending block: no hole, and nobody's handle. A free cell's has, too.
 */
import {
  CELLS,
  CELL_CLASS,
  CELL_SLAB,
  CLASS_COUNT,
  LOCKS,
  OFFSET,
  SIZE,
  SLAB_CLASS,
  SLAB_FREE,
  SLAB_LIMIT,
  SLABS,
  SPARE_RECORD,
  ZONE,
} from "./layout.ts";
import { takeRecord } from "./record.ts";

/** From how many classes further up a cell is borrowed, at most: it is half as large again. Of the smallest, from fewer. */
const BORROWED_CLASSES = 4;
/** Cells of a slab at most, where those do not fill a page. */
const CELLS_AT_MOST = 4;
/** A page of 4 KiB in granules. */
const PAGE = 64;

/** The class whose cells hold so many granules, from 1 to those of 24 KiB. */
export function classOf(granules: number): number {
  const last = granules - 1;
  const row = 28 - Math.clz32(last | 8);
  return (row << 3) + (last >>> row);
}

/** Granules of a cell of the class. */
export function cellGranules(cellClass: number): number {
  if (cellClass < 16) return cellClass + 1;
  return (9 + (cellClass & 7)) << ((cellClass >> 3) - 1);
}

/** Granules that a slab may have where the largest region has so many. */
export function slabLimit(regionGranules: number): number {
  return regionGranules >> 8;
}

/** Granules of the next slab of the class; 0 when it cannot have any. */
export function nextSlab(records: Int32Array, cellClass: number): number {
  const granules = cellGranules(cellClass);
  const most = Math.max(CELLS_AT_MOST, Math.floor(PAGE / granules));
  const cells = Math.min(
    1 << Math.min(records[SLABS + cellClass]!, 6),
    most,
    Math.floor(records[SLAB_LIMIT]! / granules),
  );
  return cells * granules;
}

/** Cells of a slab. */
export function cellsOf(records: Int32Array, slab: number): number {
  return records[slab + SIZE]! / cellGranules(records[slab + SLAB_CLASS]!);
}

/** Takes a free cell of the class. @returns its record, 0 when there is none */
export function takeCell(records: Int32Array, cellClass: number): number {
  const cell = records[CELLS + cellClass]!;
  if (cell !== 0) records[CELLS + cellClass] = records[cell + LOCKS]!;
  return cell;
}

function borrowed(cellClass: number): number {
  return Math.min(BORROWED_CLASSES, (cellClass + 1) >> 1);
}

/** Takes a free cell of one of the next `classes` classes. Default: of those whose cells are at most half as large again. */
export function borrowCell(records: Int32Array, cellClass: number, classes: number = borrowed(cellClass)): number {
  const end = Math.min(cellClass + classes, CLASS_COUNT - 1);
  for (let next = cellClass + 1; next <= end; next++) {
    if (records[CELLS + next] !== 0) return takeCell(records, next);
  }
  return 0;
}

/**
 * Cuts a live block of the small zone, whose handle nobody has, into cells, which go into the list of the class. There are
 * records for them.
 */
export function cutSlab(records: Int32Array, slab: number, cellClass: number): void {
  const granules = cellGranules(cellClass);
  records[slab] = ~records[slab]!;
  records[slab + SLAB_CLASS] = cellClass;
  records[slab + SLAB_FREE] = 0;
  records[SLABS + cellClass]!++;
  // From the last to the first, so that the first is taken first.
  for (let i = cellsOf(records, slab) - 1; i >= 0; i--) {
    const cell = takeRecord(records);
    records[cell + SIZE] = granules;
    records[cell + CELL_CLASS] = ~cellClass;
    records[cell + CELL_SLAB] = slab;
    records[cell + OFFSET] = records[slab + OFFSET]! + i * granules;
    records[cell + ZONE] = records[slab + ZONE]!;
    records[cell + LOCKS] = records[CELLS + cellClass]!;
    records[CELLS + cellClass] = cell;
  }
}

/** Makes the cells of slabs that are free as a whole spare records. @returns those slabs */
export function dissolveFreeSlabs(records: Int32Array): number[] {
  const slabs = new Set<number>();
  forEachFreeCell(records, (cell) => {
    const slab = records[cell + CELL_SLAB]!;
    records[slab + SLAB_FREE]!++;
    slabs.add(slab);
  });
  const isFree = (slab: number): boolean => records[slab + SLAB_FREE] === cellsOf(records, slab);
  const kept = new Int32Array(CLASS_COUNT);
  forEachFreeCell(records, (cell, cellClass) => {
    if (isFree(records[cell + CELL_SLAB]!)) {
      records[cell + LOCKS] = records[SPARE_RECORD]!;
      records[SPARE_RECORD] = cell;
    } else {
      records[cell + LOCKS] = kept[cellClass]!;
      kept[cellClass] = cell;
    }
  });
  records.set(kept, CELLS);
  const free = [...slabs].filter(isFree);
  for (const slab of slabs) records[slab + SLAB_FREE] = 0;
  for (const slab of free) records[SLABS + records[slab + SLAB_CLASS]!]!--;
  return free;
}

/** Granules of the largest free cell, 0 when there is none. */
export function largestCell(records: Int32Array): number {
  for (let cellClass = CLASS_COUNT - 1; cellClass >= 0; cellClass--) {
    if (records[CELLS + cellClass] !== 0) return cellGranules(cellClass);
  }
  return 0;
}

/** Visits every free cell; `visit` may put it into another list. */
export function forEachFreeCell(records: Int32Array, visit: (cell: number, cellClass: number) => void): void {
  for (let cellClass = 0; cellClass < CLASS_COUNT; cellClass++) {
    let cell = records[CELLS + cellClass]!;
    while (cell !== 0) {
      const next = records[cell + LOCKS]!;
      visit(cell, cellClass);
      cell = next;
    }
  }
}
