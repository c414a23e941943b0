import { expect, test } from "vitest";
import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { inputDims, shapeHint } from "./input-dims.ts";

const image: OnnxTensorInfo = { name: "image", precision: "FP32", dims: ["batch", 3, null] };
const mask: OnnxTensorInfo = { name: "mask", precision: "BOOL", dims: ["batch", 2] };
const rate: OnnxTensorInfo = { name: "rate", precision: "I64", dims: null };

test("free dims are 1, and that is said", () => {
  const dims = inputDims([image, mask, rate], new Map());
  expect(dims.get("image")).toEqual({ dims: [1, 3, 1], isAssumed: true });
  expect(dims.get("mask")).toEqual({ dims: [1, 2], isAssumed: true });
  expect(dims.get("rate")).toEqual({ dims: [], isAssumed: false });
});

test("a dim of the same name is the same in all inputs", () => {
  const dims = inputDims([image, mask], new Map([["image", [4, 3, 5]]]));
  expect(dims.get("image")).toEqual({ dims: [4, 3, 5], isAssumed: false });
  expect(dims.get("mask")).toEqual({ dims: [4, 2], isAssumed: false });
});

test("an input without a declared shape takes any", () => {
  expect(inputDims([rate], new Map([["rate", [7, 7]]])).get("rate")).toEqual({ dims: [7, 7], isAssumed: false });
});

test.each([
  ["another rank", [4, 3]],
  ["another fixed dim", [4, 4, 5]],
])("%s is refused with the option to give", (_, dims) => {
  expect(() => inputDims([image], new Map([["image", dims]]))).toThrow(
    /"image" is FP32 \[batch, 3, \?\].* does not fit\. Give --shape image=Nx3xN with numbers in place of N\./,
  );
});

test("a name that is no input's is refused with those that are", () => {
  expect(() => inputDims([image, mask], new Map([["img", [1]]]))).toThrow(
    'the model has no input "img". It has "image", "mask".',
  );
  expect(() => inputDims([], new Map([["img", [1]]]))).toThrow(/It has none\./);
});

test("the hint is an option for each input", () => {
  expect(shapeHint(image, mask)).toBe("--shape image=Nx3xN --shape mask=Nx2 with numbers in place of N");
  expect(shapeHint(rate)).toBe("--shape rate=scalar");
});
