import { expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { BlobError, DescError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import { Precision } from "./precision.ts";
import { TBlob } from "./tblob.ts";

test("elements come in logical order with their position and their place in memory", () => {
  using blob = createBlob(
    { precision: "FP32", dims: [2, 2, 1], layout: "HWC" },
    { data: new Float32Array([0, 10, 1, 11]) },
  );
  expect([...blob.elements()]).toEqual([
    { position: [0, 0, 0], offset: 0, value: 0 },
    { position: [0, 1, 0], offset: 2, value: 1 },
    { position: [1, 0, 0], offset: 1, value: 10 },
    { position: [1, 1, 0], offset: 3, value: 11 },
  ]);
});

test("elements of a layout that splits a dim are in logical order too", () => {
  using blob = createBlob({
    precision: "U8",
    dims: [1, 3, 1, 2],
    layout: { blockDims: [1, 2, 1, 2, 2], order: [0, 1, 2, 3, 1] },
  });
  expect([...blob.elements()].map(({ offset }) => offset)).toEqual([0, 2, 1, 3, 4, 6]);
});

test("a scalar has one element, and a tensor with a 0 in its dims has none", () => {
  using scalar = createBlob({ precision: "I64", dims: [] }, { data: new BigInt64Array([7n]) });
  expect([...scalar.elements()]).toEqual([{ position: [], offset: 0, value: 7n }]);
  using none = createBlob({ precision: "I64", dims: [2, 0, 3] });
  expect([...none.elements()]).toEqual([]);
});

test("a value has the type of the precision", () => {
  using floats = createBlob({ precision: "FP32", dims: [1] });
  using integers = createBlob({ precision: "U64", dims: [1] });
  for (const { value } of floats.elements()) expectTypeOf(value).toEqualTypeOf<number>();
  for (const { value } of integers.elements()) expectTypeOf(value).toEqualTypeOf<bigint>();
});

test("the map is open from the first step until the loop is left, whichever way", () => {
  const allocator = new CountingAllocator();
  using blob = createBlob({ precision: "U8", dims: [3] }, { allocator });
  const unused = blob.elements();
  expect(allocator.readLocks).toBe(0);
  for (const { offset } of blob.elements()) {
    expect(allocator.locks).toBe(1);
    if (offset === 1) break;
  }
  expect(allocator.locks).toBe(0);
  const stop = (): void => {
    for (const { position } of blob.elements()) throw new Error(`stop at ${position.join()}`);
  };
  expect(stop).toThrow("stop at 0");
  expect(allocator).toMatchObject({ locks: 0, writeLocks: 0 });
  expect(() => blob.setShape([2])).not.toThrow();
  expect([...unused]).toHaveLength(2);
});

test("a blob without memory is refused at once, and so are elements that have no entry of their own", () => {
  const bare = new TBlob({ precision: "U8", dims: [1] }, new CountingAllocator());
  expect(() => bare.elements()).toThrow(BlobError);
  for (const precision of ["U4", "BIN", Precision.custom(24)] as const) {
    using blob = createBlob({ precision, dims: [8] });
    expect(() => blob.elements()).toThrow(DescError);
    expect(() => blob.elements()).toThrow(`elements of ${blob.desc.precision.bits} bits are mapped as bytes`);
  }
  using any = createBlob({ precision: "U8", dims: [2], layout: "ANY" });
  expect(() => any.elements()).toThrow("U8 [2] ANY does not say where its elements lie");
  using octets = createBlob({ precision: Precision.custom(8), dims: [2] });
  expect([...octets.elements()]).toHaveLength(2);
});
