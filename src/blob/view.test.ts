import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { Random } from "../../test/support/random.ts";
import { BlobError, DescError, LockError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import type { PrecisionName } from "./precision.ts";
import { Precision } from "./precision.ts";
import { TBlob } from "./tblob.ts";
import type { TensorDescLiteral } from "./tensor-desc.ts";
import { alignmentOf } from "./view.ts";

function setUp(): { allocator: CountingAllocator; blob: TBlob<"U8"> } {
  const allocator = new CountingAllocator();
  const blob = createBlob({ precision: "U8", dims: [24] }, { allocator });
  using map = blob.wmap();
  for (let i = 0; i < 24; i++) map.data[i] = i;
  return { allocator, blob };
}

describe("a view", () => {
  test("shows the same bytes as other elements, without a copy", () => {
    using floats = createBlob({ precision: "FP32", dims: [2, 3] }, { data: new Float32Array([1, 2, 3, 4, 5, 6]) });
    using bits = floats.viewAs({ precision: "U32", dims: [3, 2] });
    using map = bits.rwmap();
    expect(map.data[0]).toBe(0x3f800000);
    map.data[5] = 0xbf800000;
    expect(floats.rmap().data[5]).toBe(-1);
  });

  test("begins at its byte offset", () => {
    const { allocator, blob } = setUp();
    using view = blob.viewAs({ precision: "U16", dims: [2, 4], layout: "CN" }, 8);
    expect([view.desc.layout, view.allocator, view.capacity]).toEqual(["CN", allocator, 16]);
    using map = view.rmap();
    expect(map.bytes.slice()).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i + 8));
    expect(allocator.allocs).toBe(1);
  });

  test("of a region and of a view adds up", () => {
    const { blob } = setUp();
    using region = blob.createROI([3], [20]);
    using view = region.viewAs({ precision: "U8", dims: [4, 3] }, 2);
    using inner = view.createROI([1, 1], [3, 2]).viewAs({ precision: "I8", dims: [4] });
    expect(inner.rmap().data.slice()).toEqual(new Int8Array([9, 10, 11, 12]));
  });

  test("may have strides of its own, or pack elements below a byte", () => {
    const { blob } = setUp();
    const everyThird = { blockDims: [8], order: [0], strides: [3], offsetPadding: 2 };
    using strided = blob.viewAs({ precision: "U8", dims: [8], layout: everyThird });
    expect([...strided.elements()].map(({ value }) => value)).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
    using nibbles = blob.viewAs({ precision: "U4", dims: [47] }, 0);
    expect(nibbles.rmap().bytes).toHaveLength(24);
  });

  test("of nothing fits anywhere, the very end included", () => {
    const { blob } = setUp();
    using view = blob.viewAs({ precision: "FP64", dims: [0] }, 24);
    expect(view.rmap().data).toHaveLength(0);
  });

  test("tells the compiler its precision", () => {
    using blob = createBlob({ precision: "FP32", dims: [4] });
    expectTypeOf(blob.viewAs({ precision: "U8", dims: [16] })).toEqualTypeOf<TBlob<"U8">>();
    expectTypeOf(blob.viewAs(blob.desc)).toEqualTypeOf<TBlob<"FP32">>();
    expectTypeOf(blob.viewAs({ precision: Precision.I64, dims: [2] }).wmap().data).toEqualTypeOf<BigInt64Array>();
  });

  test("can neither allocate nor change its shape", () => {
    const { allocator, blob } = setUp();
    using view = blob.viewAs({ precision: "U8", dims: [4] });
    expect(() => view.allocate()).toThrow("is a view of another blob's memory");
    expect(() => view.setShape([2])).toThrow("is a view of another blob's memory");
    expect([view.desc.dims, allocator.allocs]).toEqual([[4], 1]);
    view.deallocate();
    expect(() => view.rmap()).toThrow("This view was deallocated: make another one of its parent.");
  });

  test("outlives its parent", () => {
    const { allocator, blob } = setUp();
    const view = blob.viewAs({ precision: "U8", dims: [2] }, 5);
    blob.deallocate();
    expect(view.rmap().data[0]).toBe(5);
    view[Symbol.dispose]();
    expect(allocator.liveCount).toBe(1);
  });
});

describe("nothing is shared and nothing changes when", () => {
  type Refused = [string, TensorDescLiteral, unknown, typeof BlobError | typeof DescError, string];
  const REFUSED: Refused[] = [
    [
      "it is too large",
      { precision: "U8", dims: [25] },
      0,
      BlobError,
      "viewAs: U8 [25] C needs 25 bytes from byte 0, but U8 [24] C has 24. From there, 24 bytes are left: use smaller dims.",
    ],
    [
      "it ends too late",
      { precision: "FP32", dims: [5] },
      8,
      BlobError,
      "FP32 [5] C needs 20 bytes from byte 8, but U8 [24] C has 24. From there, 16 bytes are left: use smaller dims.",
    ],
    [
      "it begins too late",
      { precision: "U8", dims: [0] },
      25,
      BlobError,
      "needs 0 bytes from byte 25, but U8 [24] C has 24. Use a smaller byteOffset.",
    ],
    [
      "its strides need too much",
      { precision: "U8", dims: [4], layout: { blockDims: [4], order: [0], strides: [8] } },
      0,
      BlobError,
      "U8 [4] C needs 25 bytes",
    ],
    [
      "FP32 is not aligned",
      { precision: "FP32", dims: [2] },
      6,
      BlobError,
      "viewAs: byte 6 of the blob is byte 6 of its buffer, which is no multiple of 4, as FP32 needs. Use a byteOffset of 4 or 8.",
    ],
    [
      "I64 is not aligned",
      { precision: "I64", dims: [1] },
      12,
      BlobError,
      "which is no multiple of 8, as I64 needs. Use a byteOffset of 8 or 16.",
    ],
    [
      "the offset is negative",
      { precision: "U8", dims: [1] },
      -1,
      DescError,
      "byteOffset must be an integer from 0 to 2^53 - 1, not -1",
    ],
    [
      "the offset is a fraction",
      { precision: "U8", dims: [1] },
      0.5,
      DescError,
      "byteOffset must be an integer from 0 to 2^53 - 1, not 0.5",
    ],
    [
      "the offset is no number",
      { precision: "U8", dims: [1] },
      "4",
      DescError,
      'byteOffset must be an integer from 0 to 2^53 - 1, not "4"',
    ],
    ["the desc makes no sense", { precision: "U8", dims: [1], layout: "NCHW" }, 0, DescError, "NCHW takes rank 4"],
    ["the precision has no size", { precision: "MIXED", dims: [1] }, 0, DescError, "MIXED has no element size"],
  ];

  test.each(REFUSED)("%s", (_, desc, byteOffset, error, message) => {
    const { allocator, blob } = setUp();
    const make = (): unknown => blob.viewAs(desc, byteOffset as number);
    expect(make).toThrow(error);
    expect(make).toThrow(message);
    expect(allocator).toMatchObject({ allocs: 1, liveCount: 1, locks: 0 });
    expect([blob.deallocate(), allocator.liveCount]).toEqual([true, 0]);
  });

  test("the memory itself begins at an odd byte", () => {
    using blob = createBlob({ precision: "U8", dims: [16] }, { data: new Uint8Array(new ArrayBuffer(19), 3, 16) });
    const make = (): unknown => blob.viewAs({ precision: "FP32", dims: [2] }, 0);
    expect(make).toThrow(BlobError);
    expect(make).toThrow(
      "byte 0 of the blob is byte 3 of its buffer, which is no multiple of 4, as FP32 needs. Use a byteOffset of 1.",
    );
    using view = blob.viewAs({ precision: "FP32", dims: [2] }, 1);
    expect(view.wmap().data).toHaveLength(2);
    using bytes = blob.viewAs({ precision: Precision.custom(32), dims: [4] });
    expect(bytes.rmap().bytes).toHaveLength(16);
  });

  test("the blob is not allocated", () => {
    const blob = new TBlob({ precision: "U8", dims: [4] }, new CountingAllocator());
    expect(() => blob.viewAs({ precision: "U8", dims: [1] })).toThrow(BlobError);
  });

  test("the allocator refuses the lock that looks at the alignment", () => {
    const { allocator, blob } = setUp();
    allocator.lockError = new LockError("conflict", 1);
    expect(() => blob.viewAs({ precision: "FP32", dims: [1] })).toThrow(LockError);
    expect(() => blob.viewAs({ precision: "U8", dims: [1] })).not.toThrow();
    allocator.lockError = undefined;
    expect(allocator).toMatchObject({ allocs: 1, liveCount: 1, locks: 0 });
  });
});

test("whether a random view fits and is aligned is what its typed array says", () => {
  const PRECISIONS: PrecisionName[] = ["U8", "I8", "I16", "U16", "BF16", "FP32", "I32", "FP64", "I64", "U64", "Q78"];
  const seen = new Set<boolean>();
  for (let seed = 1; seed <= 2000; seed++) {
    const random = new Random(seed);
    const start = random.below(9);
    const length = random.below(40);
    const memory = new Uint8Array(new ArrayBuffer(64), start, length);
    using blob = createBlob({ precision: "U8", dims: [length] }, { data: memory });
    const precision = Precision.of(random.pick(PRECISIONS));
    const byteOffset = random.below(20);
    const count = random.below(6);
    const end = byteOffset + count * precision.elementSize;
    const isPossible = end <= length && (start + byteOffset) % alignmentOf(precision) === 0;
    seen.add(isPossible);
    const make = (): TBlob => blob.viewAs({ precision, dims: [count] }, byteOffset);
    const outcome = (): unknown => {
      try {
        using map = make().rmap();
        return [map.data.byteOffset, map.data.length];
      } catch (error) {
        return error instanceof BlobError ? "refused" : error;
      }
    };
    expect([seed, outcome()]).toEqual([seed, isPossible ? [start + byteOffset, count] : "refused"]);
  }
  expect(seen.size).toBe(2);
});
