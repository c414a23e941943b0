import * as tensorheap from "tensorheap";
import { expect, test } from "vitest";

/** What only the built package can get wrong. `npm test` builds it first. */

test("every class is called what it is exported as", () => {
  const classes = Object.entries(tensorheap).filter(
    ([name, value]) => typeof value === "function" && /^[A-Z]/.test(name),
  );
  expect(classes.length).toBeGreaterThan(20);
  for (const [name, value] of classes) expect((value as { name: string }).name).toBe(name);
});

test("errors are named after their class, also where a class makes them itself", () => {
  const heap = new tensorheap.HeapAllocator();
  const handle = heap.alloc(8);
  expect(() => heap.unlock(handle)).toThrow(expect.objectContaining({ name: "LockError", code: "ERR_LOCK" }));
  expect(() => new tensorheap.CompoundBlob([null as never])).toThrow(/^CompoundBlob: member 0 of 1/);
});
