import { expect, test } from "vitest";
import { ViewCache } from "./view-cache.ts";

test("the same place and size give the same view, whichever slot asks, from the second time on", () => {
  const cache = new ViewCache();
  cache.setBuffer(0, new ArrayBuffer(65_536));
  const first = cache.viewOf(300, 0, 4, 1000);
  expect([first.byteOffset, first.byteLength]).toEqual([256, 1000]);
  expect(cache.viewOf(300, 0, 4, 1000)).toBe(first);
  const view = cache.viewOf(301, 0, 4, 1000);
  for (const slot of [302, 5000, 301]) expect(cache.viewOf(slot, 0, 4, 1000)).toBe(view);
});

test("places that come again keep their views when others, that do not, come between", () => {
  const cache = new ViewCache();
  cache.setBuffer(0, new ArrayBuffer(2 ** 24));
  const places = Array.from({ length: 500 }, (_, i) => i * 97);
  const visit = (slot: number): Uint8Array[] => places.map((place) => cache.viewOf(slot, 0, place, 64));
  visit(1);
  visit(2);
  const views = visit(3);
  for (let i = 0; i < 20_000; i++) cache.viewOf(4 + (i % 2), 0, i % 100_000, 65 + i);
  const kept = visit(6).filter((view, i) => view === views[i]);
  expect(kept.length).toBe(places.length);
});

test("a slot whose block moved or changed size gives another view", () => {
  const cache = new ViewCache();
  cache.setBuffer(0, new ArrayBuffer(65_536));
  cache.setBuffer(1, new ArrayBuffer(65_536));
  const views = [cache.viewOf(1, 0, 4, 100), cache.viewOf(1, 0, 4, 101), cache.viewOf(1, 0, 5, 100)];
  views.push(cache.viewOf(1, 1, 4, 100));
  expect(new Set(views).size).toBe(4);
  expect(views[3]!.buffer).toBe(cache.bufferOf(1));
});

test("views over memory that was replaced are made anew; the others stay", () => {
  const cache = new ViewCache();
  cache.setBuffer(0, new ArrayBuffer(64));
  cache.setBuffer(1, new ArrayBuffer(64));
  const [old, other] = [cache.viewOf(1, 0, 0, 64), cache.viewOf(2, 1, 0, 64)];
  const larger = new ArrayBuffer(128);
  cache.setBuffer(0, larger);
  expect(cache.viewOf(1, 0, 0, 64)).not.toBe(old);
  expect(cache.viewOf(1, 0, 0, 64).buffer).toBe(larger);
  expect(cache.viewOf(2, 1, 0, 64)).toBe(other);
});

test("a locked slot keeps its view object when every seat was taken by other places", () => {
  const cache = new ViewCache();
  cache.setBuffer(0, new ArrayBuffer(2 ** 20));
  const view = cache.viewOf(1, 0, 0, 64);
  for (let i = 1; i < 10_000; i++) cache.viewOf(2 + i, 0, i, 64);
  expect(cache.viewOf(1, 0, 0, 64)).toBe(view);
});
