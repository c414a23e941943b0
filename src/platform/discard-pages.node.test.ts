import { expect, test } from "vitest";
import { discardPages } from "./discard-pages.ts";
import { loadKoffi } from "./koffi.ts";

const isLinux = process.platform === "linux" && loadKoffi() !== undefined;
const PAGE = 65_536;

/** Memory that begins on a page, all of it resident. */
function filled(pages: number): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: pages }).buffer).fill(7);
}

test.runIf(isLinux)("whole pages between the two bytes read as zeros afterwards, and nothing else does", () => {
  const bytes = filled(4);
  expect(discardPages(bytes.buffer, PAGE - 1, 3 * PAGE + 1)).toBe(2 * PAGE);
  expect(bytes.subarray(0, PAGE).every((byte) => byte === 7)).toBe(true);
  expect(bytes.subarray(PAGE, 3 * PAGE).every((byte) => byte === 0)).toBe(true);
  expect(bytes.subarray(3 * PAGE).every((byte) => byte === 7)).toBe(true);
});

test.runIf(isLinux)("only pages that were resident are counted, in ranges of any length", () => {
  const bytes = new Uint8Array(new WebAssembly.Memory({ initial: 1024 }).buffer);
  bytes.fill(7, 20 * 2 ** 20, 21 * 2 ** 20);
  expect(discardPages(bytes.buffer, 0, bytes.length)).toBe(2 ** 20);
  expect(discardPages(bytes.buffer, 0, bytes.length)).toBe(0);
});

test("a range without a whole page is left alone", () => {
  const bytes = filled(1);
  expect(discardPages(bytes.buffer, 1, 4000)).toBe(0);
  expect(discardPages(bytes.buffer, 5000, 5000)).toBe(0);
  expect(bytes.every((byte) => byte === 7)).toBe(true);
});
