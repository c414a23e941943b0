import { expect, test } from "vitest";
import { bytesOf } from "../../../test/support/native-engine.ts";
import { node, value } from "../../../test/support/onnx-fixture.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { PrecisionName } from "../../blob/precision.ts";
import { tinyModel } from "../onnxruntime/tiny-model.ts";
import type { TinyNode } from "../onnxruntime/tiny-model.ts";
import { createSession } from "./create-session.ts";
import { elementTypeOf, precisionOf } from "./element-types.ts";

const COUNT = 37;

const PRECISIONS: readonly PrecisionName[] = [
  "FP32",
  "FP16",
  "FP64",
  "BF16",
  "I8",
  "U8",
  "I16",
  "U16",
  "I32",
  "U32",
  "I64",
  "U64",
  "BOOL",
  "I4",
  "U4",
];

function cast(input: string, output: string, to: number): TinyNode {
  return { ...node("Cast", [input], [output]), attributes: { to } };
}

test.each(PRECISIONS)("%s goes in and comes out as it is, planned or not, one element or many", async (precision) => {
  const heap = new HeapAllocator();
  const elementType = elementTypeOf(precision);
  expect(precisionOf(elementType)).toBe(precision);
  // A reshape moves elements of any type of whole bytes without looking at them; halves of bytes are cast to and fro.
  const isSmall = precision === "I4" || precision === "U4";
  const shapeOf: TinyNode = node("Reshape", ["z", "shape"], ["r"]);
  const model = tinyModel({
    inputs: [value("x", elementType, ["n"]), value("shape", 7, [1])],
    outputs: [value("y", elementType, ["m"])],
    nodes: isSmall
      ? [cast("x", "z", 1), shapeOf, cast("r", "y", elementType)]
      : [node("Reshape", ["x", "shape"], ["y"])],
    opset: 21,
    irVersion: 10,
  });
  const session = await createSession(model, { allocator: heap, threads: 1 });
  expect(session.inputs[0]!.precision).toBe(precision);
  for (const count of [COUNT, COUNT, 1, COUNT]) {
    const x = createBlob({ precision, dims: [count] }, { allocator: heap });
    const shape = createBlob({ precision: "I64", dims: [1] }, { allocator: heap });
    const [map, shapeMap] = [x.wmap(), shape.wmap()];
    for (let i = 0; i < map.bytes.length; i++) map.bytes[i] = precision === "BOOL" ? i % 2 : (i * 29 + 1) % 251;
    // The half of the last byte that is no element.
    if (x.desc.precision.bits === 4) map.bytes[map.bytes.length - 1]! &= 15;
    shapeMap.data[0] = -1n;
    map.dispose();
    shapeMap.dispose();
    const { y } = session.run({ x, shape });
    expect(y!.desc.dims).toEqual([count]);
    expect(y!.desc.precision.kind).toBe(precision);
    expect(bytesOf({ x: y! })).toEqual(bytesOf({ x }));
    for (const blob of [x, shape, y!]) blob.deallocate();
  }
  await session.dispose();
  expect(heap.stats().liveCount).toBe(0);
});

test("types that no precision holds have none", () => {
  for (const type of [0, 8, 14, 15, 17, 23, 99]) expect(precisionOf(type)).toBeUndefined();
});
