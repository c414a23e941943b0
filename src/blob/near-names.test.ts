import { expect, test } from "vitest";
import { suggest } from "./near-names.ts";

const NAMES = ["FP32", "FP64", "NCHW"];

test("the nearest names within two letters are suggested, whatever the case", () => {
  expect(suggest("fp32", NAMES)).toBe("Did you mean FP32?");
  expect(suggest("F32", NAMES)).toBe("Did you mean FP32?");
  expect(suggest("nhcw", NAMES)).toBe("Did you mean NCHW?");
  expect(suggest("FP62", NAMES)).toBe("Did you mean FP32, FP64?");
});

test("without a near name, all are listed", () => {
  expect(suggest("complex", NAMES)).toBe("Known names are FP32, FP64, NCHW.");
  expect(suggest("", NAMES)).toBe("Known names are FP32, FP64, NCHW.");
  expect(suggest("x".repeat(100_000), NAMES)).toBe("Known names are FP32, FP64, NCHW.");
});
