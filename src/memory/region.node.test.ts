import koffi from "koffi";
import { expect, test } from "vitest";
import { MAX_REGION_BYTES, takeRegion } from "./region.ts";

test("a region starts on a page of the native address space", () => {
  for (const bytes of [1, 64, 65_536, 100_000, 2 ** 24]) {
    const buffer = takeRegion(bytes)!;
    expect(buffer.byteLength).toBe(Math.ceil(bytes / 65_536) * 65_536);
    expect(Number(koffi.address(new Uint8Array(buffer)) % 4096n)).toBe(0);
  }
});

test("reserving is not touching: a 4 GiB region leaves resident memory as it was", () => {
  const before = process.memoryUsage().rss;
  const buffer = takeRegion(MAX_REGION_BYTES);
  expect(buffer?.byteLength).toBe(MAX_REGION_BYTES);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
});

test("what the runtime refuses is undefined", () => {
  expect(takeRegion(MAX_REGION_BYTES + 1)).toBeUndefined();
  expect(takeRegion(2 ** 53 - 1)).toBeUndefined();
});
