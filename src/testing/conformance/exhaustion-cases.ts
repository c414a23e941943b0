import type { Handle } from "../../allocator.ts";
import { tryAlloc } from "../../allocator.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { assertEqual, assertThrows, assertTrue } from "../assert.ts";
import type { CaseContext, CaseDefinition } from "./case-context.ts";

/** Valid sizes that no runtime has; the last one overflows when it is rounded up carelessly. */
const HUGE_SIZES = [2 ** 50, Number.MAX_SAFE_INTEGER];

const OUT_OF_MEMORY = { type: OutOfMemoryError, code: "ERR_OUT_OF_MEMORY" };

const always = (): boolean => true;
const limited = (traits: CaseContext["traits"]): boolean => !traits.oneBlock && traits.limitBytes !== undefined;

/** What happens when there is no more. */
export const exhaustionCases: readonly CaseDefinition[] = [
  {
    name: "an alloc beyond all memory is an OutOfMemoryError and changes nothing",
    applies: always,
    body: (context) => {
      for (const size of HUGE_SIZES) {
        const what = `alloc(${size})`;
        context.assertUnchanged(() => {
          const error = assertThrows(() => context.alloc(size), OUT_OF_MEMORY, what) as OutOfMemoryError;
          assertDetails(error, size);
        }, what);
        if (!context.traits.oneBlock) context.release(context.allocFilled(5_000, 1));
      }
    },
  },
  {
    name: "tryAlloc gives null where alloc throws an OutOfMemoryError, and a handle elsewhere",
    applies: always,
    body: (context) => {
      context.assertUnchanged((witness) => {
        assertEqual(tryAlloc(context.allocator, 2 ** 50), null, "tryAlloc(2^50)");
        context.allocator.lock(witness);
        context.allocator.unlock(witness);
      }, "tryAlloc(2^50)");
      const handle = tryAlloc(context.allocator, 8);
      assertTrue(handle !== null, "tryAlloc(8) must give a handle", handle);
      if (!context.traits.oneBlock) assertEqual(context.allocator.free(handle), true, "free of what tryAlloc gave");
    },
  },
  {
    name: "a budget can be filled to the brim, freed and filled again to the same count",
    applies: limited,
    body: (context) => {
      const limit = context.traits.limitBytes!;
      const chunk = Math.floor(limit / 64 / 64) * 64;
      const first = fill(context, chunk);
      assertTrue(first.length * chunk <= limit, `never more than ${limit} bytes may be live`, first.length * chunk);
      assertTrue(first.length >= 32, `at least half of a budget of 64 blocks must be had`, first.length);
      assertKept(context, first, chunk);
      for (const handle of first) context.release(handle);
      const second = fill(context, chunk);
      assertEqual(second.length, first.length, "the number of blocks that fit the second time");
      assertKept(context, second, chunk);
    },
  },
  {
    name: "a full budget serves again what was freed in it",
    applies: limited,
    body: (context) => {
      const chunk = Math.floor(context.traits.limitBytes! / 64 / 64) * 64;
      const handles = fill(context, chunk);
      for (const at of [3, 4, 10]) context.release(handles[at]!);
      for (const at of [3, 4, 10]) handles[at] = put(context, chunk, at);
      assertKept(context, handles, chunk);
    },
  },
  {
    name: "the whole budget can be one block, before and after it was in pieces",
    applies: limited,
    body: (context) => {
      const limit = context.traits.limitBytes!;
      context.release(context.alloc(limit));
      const pieces = fill(context, Math.ceil(limit / 37));
      for (let i = 0; i < pieces.length; i += 2) context.release(pieces[i]!);
      for (let i = 1; i < pieces.length; i += 2) context.release(pieces[i]!);
      context.release(context.alloc(limit));
      assertThrows(() => context.alloc(limit + 1), OUT_OF_MEMORY, "alloc of one byte more than the budget");
    },
  },
];

function assertDetails(error: OutOfMemoryError, size: number): void {
  assertEqual(error.requestedBytes, size, "OutOfMemoryError.requestedBytes");
  for (const key of ["liveBytes", "limitBytes", "largestFreeBytes"] as const) {
    const value: unknown = error[key];
    assertTrue(typeof value === "number" && value >= 0, `OutOfMemoryError.${key} must be a number ≥ 0`, value);
  }
  const name: unknown = error.allocator;
  assertTrue(typeof name === "string" && name.length > 0, "OutOfMemoryError.allocator must be a name", name);
}

/** Allocates blocks of a size until there is no more. */
function fill(context: CaseContext, size: number): Handle[] {
  const handles: Handle[] = [];
  const most = context.traits.limitBytes! / size + 1;
  while (handles.length <= most) {
    try {
      handles.push(put(context, size, handles.length));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return handles;
    }
  }
  return handles;
}

/** Marks both ends of a block only, since a budget can be large. */
function put(context: CaseContext, size: number, mark: number): Handle {
  const handle = context.alloc(size);
  const bytes = context.allocator.lock(handle);
  assertEqual(bytes.byteLength, size, "the byteLength of a view near the brim");
  bytes[0] = mark;
  bytes[size - 1] = mark ^ 0xff;
  context.allocator.unlock(handle);
  return handle;
}

function assertKept(context: CaseContext, handles: readonly Handle[], size: number): void {
  handles.forEach((handle, mark) => {
    const bytes = context.allocator.lock(handle, 0);
    assertEqual(bytes[0], mark & 0xff, "the first byte of a block in a full budget");
    assertEqual(bytes[size - 1], (mark ^ 0xff) & 0xff, "the last byte of a block in a full budget");
    context.allocator.unlock(handle);
  });
}
