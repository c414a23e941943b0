import type { Handle } from "../../allocator.ts";
import { InvalidHandleError } from "../../errors.ts";
import { assertEqual, assertThrows, assertTrue } from "../assert.ts";
import { GARBAGE_HANDLES, lookalikesOf } from "./bad-values.ts";
import type { CaseContext, CaseDefinition } from "./case-context.ts";

/** How often a slot is used again under a stale handle; the contract promises detection up to 4,096 times. */
const REUSES = 4_000;

const INVALID = { type: InvalidHandleError, code: "ERR_INVALID_HANDLE" };

const always = (): boolean => true;

/** What handles promise: small, one per live block, and refused for ever once they are dead. */
export const handleCases: readonly CaseDefinition[] = [
  {
    name: "handles are integers from 0 to below 2^30",
    applies: always,
    body: (context) => {
      for (let i = 0; i < 100; i++) {
        const handle = context.alloc(i % 40);
        assertTrue(Number.isInteger(handle) && handle >= 0 && handle < 2 ** 30, "a handle must be an integer", handle);
        if (i % 3 === 0 && !context.traits.oneBlock) context.release(handle);
      }
    },
  },
  {
    name: "what is no handle is refused by lock and unlock, and free of it is false",
    applies: always,
    body: (context) => {
      for (const garbage of GARBAGE_HANDLES) assertRefused(context, garbage, "garbage while nothing is live");
      context.assertUnchanged((witness) => {
        for (const garbage of [...GARBAGE_HANDLES, ...lookalikesOf(witness)]) {
          assertRefused(context, garbage, "garbage while a block is live");
        }
      }, "calls with garbage for a handle");
    },
  },
  {
    name: "a handle of another allocator that is not live here is refused",
    body: (context) => {
      const other = context.other();
      const foreign = Array.from({ length: 8 }, () => other.alloc(16));
      for (const handle of foreign) assertRefused(context, handle, "a foreign handle while nothing is live");
      context.assertUnchanged((witness) => {
        for (const handle of foreign) if (handle !== witness) assertRefused(context, handle, "a foreign handle");
      }, "calls with foreign handles");
    },
  },
  {
    name: "a freed handle is refused, and freeing it again is false",
    body: (context) => {
      const handle = context.alloc(100);
      const empty = context.alloc(0);
      context.release(handle);
      context.release(empty);
      context.assertUnchanged(() => {
        assertRefused(context, handle, "a freed handle");
        assertRefused(context, empty, "the freed handle of an empty block");
      }, "calls with a freed handle");
    },
  },
  {
    name: `a stale handle is refused while its memory is used ${REUSES.toLocaleString("en")} times again`,
    body: (context) => {
      const stale = context.alloc(64);
      context.release(stale);
      for (let i = 0; i < REUSES; i++) {
        const handle = context.alloc(64);
        assertTrue(handle !== stale, `alloc gave a stale handle again after ${i} uses of its slot`, handle);
        assertRefused(context, stale, `a stale handle after ${i + 1} uses of its slot`);
        context.release(handle);
        assertEqual(context.allocator.free(stale), false, "free of a stale handle while its slot is empty");
      }
    },
  },
  {
    name: "10,000 handles can be live at once",
    body: (context) => assertManyLive(context, 10_000),
  },
  {
    name: "100,000 handles can be live at once",
    applies: (traits) => !traits.oneBlock && traits.manyHandles,
    body: (context) => assertManyLive(context, 100_000),
  },
];

/** Asserts that all three calls refuse a handle, each in its way. */
function assertRefused({ allocator }: CaseContext, value: unknown, what: string): void {
  const handle = value as Handle;
  assertThrows(() => allocator.lock(handle), INVALID, `lock of ${what}`);
  assertThrows(() => allocator.unlock(handle), INVALID, `unlock of ${what}`);
  let freed: unknown;
  try {
    freed = allocator.free(handle);
  } catch (error) {
    freed = error;
  }
  assertEqual(freed, false, `free of ${what}`);
}

/** Keeps `count` blocks live, frees and replaces every other one, and looks at them all. */
function assertManyLive(context: CaseContext, count: number): void {
  const { allocator } = context;
  const put = (i: number): Handle => {
    const handle = context.alloc(8);
    const bytes = allocator.lock(handle);
    for (let j = 0; j < 8; j++) bytes[j] = i >>> (j * 3);
    allocator.unlock(handle);
    return handle;
  };
  const handles = Array.from({ length: count }, (_, i) => put(i));
  for (let i = 0; i < count; i += 2) context.release(handles[i]!);
  for (let i = 0; i < count; i += 2) handles[i] = put(i);
  assertEqual(new Set(handles).size, count, "the number of different handles among the live ones");
  handles.forEach((handle, i) => {
    const bytes = allocator.lock(handle, 0);
    for (let j = 0; j < 8; j++) {
      if (bytes[j] !== ((i >>> (j * 3)) & 0xff))
        assertEqual(bytes[j], (i >>> (j * 3)) & 0xff, `byte ${j} of block ${i}`);
    }
    allocator.unlock(handle);
    context.release(handle);
  });
}
