/** Models of a few nodes for the tests of the native engine. */
import type { TinyGraph } from "../../src/engines/onnxruntime/tiny-model.ts";
import { FLOAT, INT64, node, value } from "./onnx-fixture.ts";

/** y = a + b, of one free dim, with a tensor in between. */
export const SUM: TinyGraph = {
  inputs: [value("a", FLOAT, ["n"]), value("b", FLOAT, ["n"])],
  outputs: [value("y", FLOAT, ["n"])],
  nodes: [node("Add", ["a", "b"], ["c"]), node("Relu", ["c"], ["y"])],
};

/** y = a tensor of zeros of the shape that the input says, times itself. */
export const HUGE: TinyGraph = {
  inputs: [value("shape", INT64, [1])],
  outputs: [value("y", FLOAT, ["n"])],
  nodes: [node("ConstantOfShape", ["shape"], ["z"]), node("Mul", ["z", "z"], ["y"])],
};
