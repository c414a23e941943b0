/** Needs Node for `inspect`, which is how `console.log` prints there. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createBlob } from "./create-blob.ts";

test("a blob is printed as its class and desc, also within an object and when it holds no memory", () => {
  const blob = createBlob({ precision: "FP32", dims: [1, 3, 8, 8], layout: "NHWC" });
  expect(String(blob)).toBe("TBlob FP32 [1, 3, 8, 8] NHWC");
  expect(inspect({ blob })).toBe("{ blob: TBlob FP32 [1, 3, 8, 8] NHWC }");
  blob.deallocate();
  expect(inspect(blob)).toBe("TBlob FP32 [1, 3, 8, 8] NHWC");
});

test("a blob tells its precision and dims without its desc", () => {
  const blob = createBlob({ precision: "U8", dims: [1, 2, 3] });
  expect([blob.precision.name, blob.dims, blob.size]).toEqual(["U8", [1, 2, 3], 6]);
});
