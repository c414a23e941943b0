import type { LockOp } from "../../allocator.ts";
import { LockError, describe } from "../../errors.ts";
import { assertEqual, assertPattern, assertThrows, assertTrue } from "../assert.ts";
import { fillPattern } from "../pattern.ts";
import { BAD_LOCK_OPS } from "./bad-values.ts";
import type { CaseDefinition } from "./case-context.ts";

/** Above what a counter of eight bits holds. */
const MANY_LOCKS = 1_000;

const NOT_LOCKED = { type: LockError, code: "ERR_LOCK" };

const always = (): boolean => true;

/** What `lock` and `unlock` promise: one view per block, counted. */
export const lockCases: readonly CaseDefinition[] = [
  {
    name: "locking a locked handle gives the same view object",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(50);
      const view = allocator.lock(handle);
      assertTrue(allocator.lock(handle) === view, "the second lock must give the view of the first");
      allocator.unlock(handle);
      assertTrue(allocator.lock(handle) === view, "a lock between the others must give the view of the first");
      allocator.unlock(handle);
      allocator.unlock(handle);
    },
  },
  {
    name: "a view stays the same and valid while it is locked, whatever else is allocated and freed",
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(500);
      const view = allocator.lock(handle);
      fillPattern(view, 9);
      for (let i = 0; i < 32; i++) {
        const other = context.allocFilled(64 * 1_024, i);
        if (i % 2 === 0) context.release(other);
        assertEqual(view.byteLength, 500, "the byteLength of a view that is still locked");
        assertPattern(view, 9, "a view that is still locked");
        assertTrue(allocator.lock(handle) === view, "a nested lock must give the view that is out");
        allocator.unlock(handle);
      }
      allocator.unlock(handle);
    },
  },
  {
    name: "locks are counted: a handle is free of locks after as many unlocks",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(10);
      for (let i = 0; i < MANY_LOCKS; i++) allocator.lock(handle);
      for (let i = 0; i < MANY_LOCKS; i++) {
        assertEqual(allocator.free(handle), false, `free after ${i} unlocks of ${MANY_LOCKS} locks`);
        allocator.unlock(handle);
      }
      assertThrows(() => allocator.unlock(handle), NOT_LOCKED, "one unlock more than there were locks");
      if (!context.traits.oneBlock) context.release(handle);
    },
  },
  {
    name: "unlock of a handle that is not locked is a LockError",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(10);
      assertThrows(() => allocator.unlock(handle), NOT_LOCKED, "unlock of a handle that never was locked");
      allocator.lock(handle);
      allocator.unlock(handle);
      assertThrows(() => allocator.unlock(handle), NOT_LOCKED, "the second unlock after one lock");
      allocator.lock(handle);
      allocator.unlock(handle);
    },
  },
  {
    name: "lock is for writing unless it is told otherwise",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(40);
      fillPattern(allocator.lock(handle), 5);
      allocator.unlock(handle);
      assertPattern(allocator.lock(handle), 5, "a block that was written under the default lock");
      allocator.unlock(handle);
      fillPattern(allocator.lock(handle, undefined), 6);
      allocator.unlock(handle);
      assertPattern(allocator.lock(handle), 6, "a block that was written under lock(handle, undefined)");
      allocator.unlock(handle);
    },
  },
  {
    name: "a lock for reading shows what was written",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(40);
      fillPattern(allocator.lock(handle, 1), 8);
      allocator.unlock(handle);
      assertPattern(allocator.lock(handle, 0), 8, "a block under a lock for reading");
      allocator.unlock(handle);
    },
  },
  {
    name: "locks for reading and for writing coexist within a thread",
    applies: (traits) => !traits.exclusiveLocks,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(40);
      const read = allocator.lock(handle, 0);
      const written = allocator.lock(handle, 1);
      assertTrue(read === written, "a lock for writing inside one for reading must give the same view");
      fillPattern(written, 4);
      allocator.unlock(handle);
      assertPattern(read, 4, "the view of a lock for reading around one for writing");
      allocator.unlock(handle);
      assertThrows(() => allocator.unlock(handle), NOT_LOCKED, "one unlock more than there were locks");
    },
  },
  {
    name: "lock with an operation that is none is a TypeError and locks nothing",
    applies: always,
    body: (context) => {
      const { allocator } = context;
      for (const op of BAD_LOCK_OPS) {
        const what = `lock(handle, ${describe(op)})`;
        context.assertUnchanged((handle) => {
          assertThrows(() => allocator.lock(handle, op as LockOp), { type: TypeError }, what);
          assertThrows(() => allocator.unlock(handle), NOT_LOCKED, `unlock after ${what}`);
        }, what);
      }
    },
  },
  {
    name: "free of a locked handle is false and changes nothing",
    body: (context) => {
      const { allocator } = context;
      const handle = context.allocFilled(300, 2);
      const view = allocator.lock(handle);
      context.assertUnchanged(() => {
        assertEqual(allocator.free(handle), false, "free of a locked handle");
      }, "free of a locked handle");
      assertTrue(allocator.lock(handle) === view, "the view of a handle must be the same after a refused free");
      assertPattern(view, 2, "a block after a refused free");
      allocator.unlock(handle);
      assertEqual(allocator.free(handle), false, "free of a handle that is still locked once");
      allocator.unlock(handle);
      context.release(handle);
    },
  },
];
