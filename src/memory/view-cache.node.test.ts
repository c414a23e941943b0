import { expect, test } from "vitest";
import { MAX_REGION_BYTES, takeRegion } from "./region.ts";
import { ViewCache } from "./view-cache.ts";

test("a view of 4 GiB is not taken for an empty one at the same place", () => {
  const buffer = takeRegion(MAX_REGION_BYTES);
  const cache = new ViewCache();
  cache.setBuffer(0, buffer);
  for (const slot of [1, 2, 3]) {
    expect(cache.viewOf(slot, 0, 0, MAX_REGION_BYTES).byteLength).toBe(MAX_REGION_BYTES);
    expect(cache.viewOf(slot, 0, 0, 0).byteLength).toBe(0);
    expect(cache.viewOf(slot, 0, 0, 2 ** 31).byteLength).toBe(2 ** 31);
  }
  cache.setBuffer(0, undefined);
  const other = new ArrayBuffer(64);
  cache.setBuffer(0, other);
  expect(cache.viewOf(3, 0, 0, 0).buffer).toBe(other);
});
