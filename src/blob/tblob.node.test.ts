/** Needs Node for a SharedArrayBuffer: a browser has one for isolated pages only. */
import { expect, test } from "vitest";
import { createBlob } from "./create-blob.ts";

test("a blob wraps shared memory", () => {
  const data = new Float32Array(new SharedArrayBuffer(24));
  using blob = createBlob({ precision: "FP32", dims: [2, 3] }, { data });
  using map = blob.wmap();
  map.data[1] = 5;
  expect(data[1]).toBe(5);
});
