import { InvalidHandleError, OutOfMemoryError } from "../../errors.ts";
import { assertEqual, assertPattern, assertThrows, assertTrue } from "../assert.ts";
import { fillPattern } from "../pattern.ts";
import type { CaseDefinition } from "./case-context.ts";

const oneBlock = (traits: { readonly oneBlock: boolean }): boolean => traits.oneBlock;

/** What is different where one block, the caller's, is given to everybody. */
export const oneBlockCases: readonly CaseDefinition[] = [
  {
    name: "every alloc that fits gives the same handle",
    applies: oneBlock,
    body: (context) => {
      const handle = context.alloc(0);
      const bytes = context.allocator.lock(handle).byteLength;
      context.allocator.unlock(handle);
      for (const size of [0, 1, bytes]) assertEqual(context.alloc(size), handle, `the handle of alloc(${size})`);
    },
  },
  {
    name: "lock gives all of the caller's bytes, whatever was asked for",
    applies: oneBlock,
    body: (context) => {
      const { allocator, traits } = context;
      const handle = context.alloc(1);
      const view = allocator.lock(handle);
      if (traits.limitBytes !== undefined) assertEqual(view.byteLength, traits.limitBytes, "the view's byteLength");
      context.alloc(2);
      assertTrue(allocator.lock(handle) === view, "a nested lock must give the view that is out");
      allocator.unlock(handle);
      allocator.unlock(handle);
    },
  },
  {
    name: "an alloc beyond the caller's bytes is an OutOfMemoryError",
    applies: oneBlock,
    body: (context) => {
      const handle = context.alloc(0);
      const bytes = context.allocator.lock(handle).byteLength;
      context.allocator.unlock(handle);
      const what = "alloc of one byte more than there is";
      assertThrows(() => context.alloc(bytes + 1), { type: OutOfMemoryError, code: "ERR_OUT_OF_MEMORY" }, what);
    },
  },
  {
    name: "free is always false, and keeps handle and contents",
    applies: oneBlock,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(8);
      const view = allocator.lock(handle);
      fillPattern(view, 7);
      assertEqual(allocator.free(handle), false, "free while locked");
      allocator.unlock(handle);
      assertEqual(allocator.free(handle), false, "free while not locked");
      assertEqual(allocator.free(handle), false, "a second free");
      assertPattern(allocator.lock(handle), 7, "the block after free");
      allocator.unlock(handle);
    },
  },
  {
    name: "an integer that is not the block's handle is refused",
    applies: oneBlock,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(8);
      const other = (handle + 1) as typeof handle;
      const refused = { type: InvalidHandleError, code: "ERR_INVALID_HANDLE" };
      assertThrows(() => allocator.lock(other), refused, "lock of another integer");
      assertThrows(() => allocator.unlock(other), refused, "unlock of another integer");
      assertEqual(allocator.free(other), false, "free of another integer");
    },
  },
];
