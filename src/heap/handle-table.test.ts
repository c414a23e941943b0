import { expect, test } from "vitest";
import { HandleTable } from "./handle-table.ts";
import { GENERATIONS, HANDLE_LIMIT, INDEX_MASK } from "./handle.ts";

test("a slot gives another handle each time, until its generations are used up", () => {
  const table = new HandleTable();
  const seen = new Set<number>();
  const first = table.open();
  let handle = first;
  for (let i = 0; i < GENERATIONS; i++) {
    expect(seen.has(handle)).toBe(false);
    seen.add(handle);
    expect(table.close(handle)).toBe(true);
    expect(table.isLive(handle)).toBe(false);
    handle = table.open();
  }
  expect(handle).toBe(first);
  expect(GENERATIONS).toBe(4096);
});

test("handles are integers from 1 to below 2^30", () => {
  for (let i = 0; i < 50; i++) {
    const handle = new HandleTable().open();
    expect(Number.isInteger(handle) && handle > 0 && handle < HANDLE_LIMIT).toBe(true);
  }
});

test("the handles of tables made one after another are not live in each other", () => {
  const tables = Array.from({ length: 64 }, () => new HandleTable());
  const handles = tables.map((table) => table.open());
  for (const [i, table] of tables.entries()) {
    for (const [k, handle] of handles.entries()) expect(table.isLive(handle)).toBe(i === k);
  }
});

test("every index can be live at once, and one more is refused", () => {
  const table = new HandleTable();
  for (let i = 0; i < INDEX_MASK; i++) if (table.open() < 0) throw new Error(`refused at ${i}`);
  expect(table.open()).toBe(-1);
  expect(table.liveCount).toBe(INDEX_MASK);
});

test("a locked handle is not closed, and nothing changes", () => {
  const table = new HandleTable();
  const handle = table.open();
  table.lock(handle);
  table.lock(handle);
  expect(table.close(handle)).toBe(false);
  expect([table.liveCount, table.lockedCount, table.lockCount(handle)]).toEqual([1, 1, 2]);
  expect([table.unlock(handle), table.unlock(handle), table.unlock(handle)]).toEqual([true, true, false]);
  expect(table.close(handle)).toBe(true);
});

test("what is no handle is not live", () => {
  const table = new HandleTable();
  table.open();
  for (const value of [-1, 0, 1.5, NaN, Infinity, 2 ** 53, "1", undefined, null, {}, 1n, Symbol("h")]) {
    expect(table.isLive(value as number)).toBe(false);
    expect(table.close(value as number)).toBe(false);
  }
});
