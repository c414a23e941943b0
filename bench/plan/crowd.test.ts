import { expect, test } from "vitest";
import { crowd } from "./crowd.ts";

test("about as many live at once as are asked for, in multiples of 64 bytes", () => {
  const { buffers } = crowd(4000, 50);
  expect(buffers).toHaveLength(4000);
  const lived = buffers.reduce((sum, { lower, upper }) => sum + upper - lower, 0) / buffers.length;
  expect(lived).toBeGreaterThan(45);
  expect(lived).toBeLessThan(56);
  expect(buffers.filter(({ size }) => size < 64 || size > 2 ** 20 || size % 64 !== 0)).toEqual([]);
  expect(crowd(4000, 50)).toEqual({ buffers });
});
