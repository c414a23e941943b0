/**
 * Where everything stands in the books of an arena, an Int32Array: the dummy record, the records of zones, the heads of the
 * bins, their bits, the header, and the records of blocks.
 *
 * Numbers only, and no imports: esbuild writes constants as numbers where they are used only when nothing but such constants
 * stands before them in their file. Otherwise each is a load, and a check of what was loaded, each time.
 */

// ---- Records: eight int32 each, named by the index of the first.

export const RECORD_WORDS = 8;
/**
 * ≥ 0: the live handle. < 0: the handle to give out next, inverted; without {@link HOLE_BIT} for a hole, which stands in
 * a bin, with it for a block that is pending and for a spare record. One comparison tells a hole.
 */
export const HANDLE = 0;
/** Granules. */
export const SIZE = 1;
/** The record before it in its zone. */
export const PREV = 2;
/** The record after it. */
export const NEXT = 3;
/** Granules from the start of its zone. */
export const OFFSET = 4;
/** Of a live block: its lock count. Of a hole: the next in its bin. Of a spare record: the next spare one. */
export const LOCKS = 5;
export const BIN_NEXT = 5;
/** Of a block, live or pending: the bytes that were asked for; from 2^31, the bytes of its granules that were not, inverted. */
export const BYTES = 6;
/** Of a hole: the one before it in its bin. */
export const BIN_PREV = 6;
/** The record of its zone. */
export const ZONE = 7;

/** The bit that is 1 in every inverted handle, and cleared in a hole's. */
export const HOLE_BIT: number = 1 << 30;
/** A handle word below it is a hole's. */
export const HOLE_LIMIT: number = -(1 << 30);

// ---- Words of a cell's record, and of a slab's, that mean something else there.

/** Of a cell: its class, inverted. Other blocks stand in a chain, whose words are not negative. */
export const CELL_CLASS = 2;
/** Of a cell: the record of its slab. */
export const CELL_SLAB = 3;
/** Of a slab: its class. */
export const SLAB_CLASS = 5;
/** Of a slab: its free cells, while they are counted. */
export const SLAB_FREE = 6;

// ---- Words of a zone's own record that mean something else there.

export const CAPACITY = 1;
export const LAST = 2;
export const FIRST = 3;
/** Granules from the zone's start up to its last block's end. */
export const TOP = 4;
/** The highest that the top ever was: what may be resident. */
export const HIGH = 6;

/** Regions that an arena can have at once; each has two zones, whose records stand right behind the dummy. */
export const MAX_REGIONS = 128;

// ---- Bins: two sets of 27 rows of 32, numbered 32 rows apart.

export const BIN_COLUMNS = 32;
/** Bins of a set. */
export const BIN_COUNT = 864;
/** The first bin of each set. */
export const LARGE_BINS = 0;
export const SMALL_BINS = 1024;
/**
 * The address of the first head, as if it were a record. A head uses the two words of a record that link holes, so heads
 * stand two words apart.
 */
export const HEADS = 2056;
/** A word of bits per row, and then a word of row bits per set. */
export const ROW_BITS = 5840;
export const SET_BITS = 5904;

// ---- The header.

/** The first of the spare records, 0 when there is none. */
export const SPARE_RECORD = 5906;
export const RECORDS_END = 5907;
export const PENDING_COUNT = 5908;
export const LOCKED_COUNT = 5909;
export const GENERATION = 5910;
/** One past the last region slot that was ever used. */
export const REGIONS_END = 5911;
/** Handles that are live, pending ones included, and the most that were. */
export const LIVE_COUNT = 5912;
export const PEAK_COUNT = 5913;
/** Granules that a slab may have. */
export const SLAB_LIMIT = 5914;
/** The stack of pending blocks, of {@link PENDING_LIMIT} at most. */
export const PENDING = 5920;
export const PENDING_LIMIT = 2048;

/** For each class of cells, the first free one, 0 when there is none. */
export const CELLS = 7968;
/** For each class, how many slabs it has. */
export const SLABS = 8024;

/** The first record of a block. */
export const FIRST_BLOCK_RECORD = 8080;

// ---- Counters outgrow 32 bits and stand in a Float64Array.

/** What is pending is still live. One that is handed out again counts as one free and one allocation more, in the last two. */
export const LIVE_BYTES = 0;
export const PEAK_BYTES = 1;
export const FREED_BYTES = 2;
export const FREED_COUNT = 3;
export const REUSED_BYTES = 4;
export const REUSED_COUNT = 5;
export const COUNTERS = 6;

/**
 * Blocks of up to 24 KiB are small. Tuned on traces of ONNX Runtime: 24 to 32 KiB behave alike, 4 KiB and 64 KiB leave
 * the footprint of a detector run up to a fifth higher.
 */
export const SMALL_BYTES: number = 24 * 1024;

/** Classes of cells: those of up to {@link SMALL_BYTES}. */
export const CLASS_COUNT = 52;

/** The largest block in bytes, 64 GiB: up to it, all arithmetic on granules stays in int32. */
export const MAX_BLOCK: number = 64 * 2 ** 30;

/** What `allocate` returns when no region has room. */
export const NO_ROOM = -1;
