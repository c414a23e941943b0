import type { Handle } from "../../allocator.ts";

/** Values that are no handle of any allocator, each by the name it has in a message. */
export const GARBAGE_HANDLES: readonly unknown[] = [
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  Number.MAX_VALUE,
  "x",
  "",
  undefined,
  null,
  true,
  2n,
  Symbol("handle"),
  {},
  [],
  {
    valueOf(): never {
      throw new Error("an allocator must not convert what it takes for a handle");
    },
  },
];

/** Values that are no handle, but turn into this one when an allocator converts instead of checking. */
export function lookalikesOf(handle: Handle): readonly unknown[] {
  return [handle + 0.5, handle + 2 ** 32, handle - 2 ** 32, String(handle), BigInt(handle), [handle], Object(handle)];
}

/** Numbers that are no size: negative, fractional, not finite, unsafe. A RangeError each. */
export const BAD_SIZE_NUMBERS: readonly number[] = [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, Number.MAX_VALUE];

/** Values that are no number, and therefore no size. A TypeError each. */
export const BAD_SIZE_TYPES: readonly unknown[] = ["8", undefined, null, 8n, true, {}, [8], Symbol("size")];

/** Values that are no `LockOp`; `undefined` stands for the default, and is one. */
export const BAD_LOCK_OPS: readonly unknown[] = [2, -1, 0.5, NaN, "x", "1", null, true, 1n, {}];
