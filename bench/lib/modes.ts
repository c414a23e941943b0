/** What is done with a block between its alloc and its free. */
export type Mode = "raw" | "lock" | "touch";

/** Every mode, in the order of the tables, with what a table says of it. */
export const MODES: Readonly<Record<Mode, string>> = {
  raw: "alloc and free only",
  lock: "after each alloc, map the block and write its first byte",
  touch: "after each alloc, map the block and write one byte to every page of it",
};

/** Bytes from one write to the next: none is written, only the first one is, one in each page is. */
export const STRIDES: Readonly<Record<Mode, number>> = { raw: 0, lock: 2 ** 31, touch: 4_096 };
