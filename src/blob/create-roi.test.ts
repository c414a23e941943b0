import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { allPositions, randomDesc, randomDims } from "../../test/support/random-desc.ts";
import { Random } from "../../test/support/random.ts";
import { defaultAllocator } from "../allocators/default.ts";
import { BlobError, DescError } from "../errors.ts";
import { createBlob } from "./create-blob.ts";
import type { ROI } from "./roi.ts";
import { TBlob } from "./tblob.ts";

const RECTANGLE: ROI = { id: 1, posX: 1, posY: 0, sizeX: 2, sizeY: 2 };

/** A blob of 2 images of 3 channels of 2 × 4 pixels, each element its place in memory. */
function setUp(): { allocator: CountingAllocator; blob: TBlob<"U8"> } {
  const allocator = new CountingAllocator();
  const blob = createBlob({ precision: "U8", dims: [2, 3, 2, 4], layout: "NHWC" }, { allocator });
  using map = blob.wmap();
  for (let i = 0; i < map.data.length; i++) map.data[i] = i;
  return { allocator, blob };
}

function valuesOf(blob: TBlob): unknown[] {
  return [...blob.elements()].map(({ value }) => value);
}

/** Compares, and says which random case it was when they differ. */
function same(context: string, actual: unknown, expected: unknown): void {
  expect([context, actual]).toEqual([context, expected]);
}

describe("a region", () => {
  test("shows its elements from its first one on, without a copy", () => {
    const { allocator, blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    expect(roi.desc.dims).toEqual([1, 3, 2, 2]);
    expect(roi.allocator).toBe(allocator);
    expect([roi.isAllocated, allocator.allocs]).toEqual([true, 1]);
    using map = roi.rwmap();
    expect([map.data[0], map.bytes[0], map.data.length]).toEqual([27, 27, roi.desc.spanBytes]);
    map.data[roi.desc.offsetOf([0, 2, 1, 0])] = 200;
    using parent = blob.rmap();
    expect(parent.data[blob.desc.offsetOf([1, 2, 1, 1])]).toBe(200);
  });

  test("is the same between two positions", () => {
    const { blob } = setUp();
    using roi = blob.createROI([1, 0, 0, 1], [2, 3, 2, 3]);
    using rectangle = blob.createROI(RECTANGLE);
    expect(roi.desc.equals(rectangle.desc)).toBe(true);
    expect(valuesOf(roi)).toEqual(valuesOf(rectangle));
    expect(valuesOf(roi)).toEqual([27, 30, 39, 42, 28, 31, 40, 43, 29, 32, 41, 44]);
  });

  test("of a region adds up", () => {
    const { blob } = setUp();
    using outer = blob.createROI([1, 0, 0, 1], [2, 3, 2, 4]);
    using inner = outer.createROI([0, 1, 1, 1], [1, 3, 2, 3]);
    expect(valuesOf(inner)).toEqual([43, 46, 44, 47]);
  });

  test("keeps the precision for the compiler", () => {
    using roi = setUp().blob.createROI(RECTANGLE);
    expectTypeOf(roi).toEqualTypeOf<TBlob<"U8">>();
    using floats = createBlob({ precision: "FP32", dims: [4] });
    expectTypeOf(floats.createROI([0], [1])).toEqualTypeOf<TBlob<"FP32">>();
  });

  test("is copied from and to like any blob of its dims", () => {
    const { blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    using planar = createBlob({ precision: "U8", dims: [1, 3, 2, 2], layout: "NCHW" });
    roi.copyTo(planar);
    expect(planar.rmap().data.slice()).toEqual(new Uint8Array([27, 30, 39, 42, 28, 31, 40, 43, 29, 32, 41, 44]));
    using mirror = blob.createROI({ ...RECTANGLE, id: 0 });
    mirror.copyFrom(planar);
    expect(valuesOf(mirror)).toEqual(valuesOf(roi));
    expect(valuesOf(blob).filter((value) => value === 27)).toHaveLength(2);
  });

  test("that overlaps another one is copied as it was", () => {
    using blob = createBlob({ precision: "U8", dims: [6] }, { data: new Uint8Array([1, 2, 3, 4, 5, 6]) });
    using left = blob.createROI([0], [4]);
    using right = blob.createROI([2], [6]);
    left.copyTo(right);
    expect(valuesOf(blob)).toEqual([1, 2, 1, 2, 3, 4]);
  });

  test("is cloned into packed memory of its own", () => {
    const { allocator, blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    using clone = roi.clone();
    expect([clone.desc.blocking.isPacked, clone.desc.layout, clone.byteSize]).toEqual([true, "NHWC", 12]);
    expect(valuesOf(clone)).toEqual(valuesOf(roi));
    expect(allocator.liveBytes).toBe(48 + 12);
    clone.setShape([1, 3, 1, 1]);
    expect(clone.capacity).toBe(12);
  });

  test("of a wrapped array shows that array, and is cloned by the default allocator", () => {
    const pixels = new Float32Array(new ArrayBuffer(44), 4, 10).map((_, i) => i);
    using blob = createBlob({ precision: "FP32", dims: [2, 5] }, { data: pixels });
    using roi = blob.createROI([1, 2], [2, 5]);
    using map = roi.wmap();
    expect(map.data).toEqual(new Float32Array([7, 8, 9]));
    map.data[0] = -1;
    expect(pixels[7]).toBe(-1);
    using clone = roi.clone();
    expect(clone.allocator).toBe(defaultAllocator());
  });

  test("may be empty", () => {
    const { allocator, blob } = setUp();
    using roi = blob.createROI([2, 0, 0, 0], [2, 3, 2, 4]);
    expect([roi.size, roi.byteSize, roi.capacity, valuesOf(roi)]).toEqual([0, 0, 0, []]);
    using map = roi.rwmap();
    expect([map.bytes.length, map.data.length]).toEqual([0, 0]);
    using clone = roi.clone();
    expect([clone.size, allocator.liveCount]).toEqual([0, 2]);
  });

  test("keeps the memory that its parent had, whatever becomes of the parent", () => {
    const { allocator, blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    const before = valuesOf(roi);
    blob.setShape([1, 3, 1, 1]);
    expect(valuesOf(roi)).toEqual(before);
    blob.setShape([4, 3, 4, 4]);
    expect(valuesOf(roi)).toEqual(before);
    blob.allocate();
    using map = blob.wmap();
    map.data.fill(0);
    expect(valuesOf(roi)).toEqual(before);
    expect(allocator.liveCount).toBe(2);
  });
});

describe("the block of a blob with regions goes back with the last of them", () => {
  const random = new Random(1);

  test("in any order of a hundred", () => {
    for (let round = 0; round < 100; round++) {
      const { allocator, blob } = setUp();
      const roi = blob.createROI(RECTANGLE);
      const nested = roi.createROI([0, 1, 0, 0], [1, 2, 2, 2]);
      const view = nested.viewAs({ precision: "I8", dims: [2] });
      const shares = [blob, roi, nested, view, roi.rwmap(), nested.rmap()];
      const order = random.shuffle(shares.map((_, i) => i));
      for (const i of order) {
        expect([order, allocator.liveCount]).toEqual([order, 1]);
        shares[i]![Symbol.dispose]();
      }
      expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
    }
  });

  test("even when a region is made of a region whose parent is gone", () => {
    const { allocator, blob } = setUp();
    const roi = blob.createROI(RECTANGLE);
    blob.deallocate();
    const nested = roi.createROI([0, 1, 1, 1], [1, 2, 2, 2]);
    expect(roi.deallocate()).toBe(true);
    expect(valuesOf(nested)).toEqual([43]);
    expect(nested.deallocate()).toBe(true);
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  });
});

describe("a region has no memory of its own, so", () => {
  test("allocate is refused, and changes nothing", () => {
    const { allocator, blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    expect(() => roi.allocate()).toThrow(BlobError);
    expect(() => roi.allocate()).toThrow(
      "allocate: U8 [1, 3, 2, 2] NHWC is a region of another blob's memory. Clone it first, or make another region of its parent.",
    );
    expect([allocator.allocs, roi.isAllocated, valuesOf(roi)[0]]).toEqual([1, true, 27]);
  });

  test("setShape is refused, also for dims that would fit and for a region that lies like a blob", () => {
    const { allocator, blob } = setUp();
    for (const roi of [blob.createROI(RECTANGLE), blob.createROI([0, 0, 0, 0], blob.desc.dims)]) {
      const { desc } = roi;
      expect(() => roi.setShape([1, 3, 1, 1])).toThrow(BlobError);
      expect(() => roi.setShape([1, 3, 1, 1])).toThrow("is a region of another blob's memory");
      expect(roi.desc).toBe(desc);
    }
    expect(allocator.allocs).toBe(1);
  });

  test("it cannot be used again once it is deallocated", () => {
    const { allocator, blob } = setUp();
    const roi = blob.createROI(RECTANGLE);
    expect([roi.deallocate(), roi.deallocate(), roi.isAllocated, roi.capacity]).toEqual([true, false, false, 0]);
    for (const use of [() => roi.rmap(), () => roi.createROI(RECTANGLE), () => roi.clone(), () => roi.elements()]) {
      expect(use).toThrow(BlobError);
      expect(use).toThrow("has no memory. This region was deallocated: make another one of its parent.");
    }
    expect(() => roi.allocate()).toThrow(BlobError);
    expect(allocator).toMatchObject({ liveCount: 1, locks: 0 });
  });

  test("its capacity is what it shows", () => {
    const { blob } = setUp();
    using roi = blob.createROI(RECTANGLE);
    expect([roi.capacity, roi.desc.spanBytes, roi.byteSize]).toEqual([18, 18, 12]);
  });
});

describe("nothing is shared and nothing changes when", () => {
  const WRONG: [string, (blob: TBlob<"U8">) => unknown, string][] = [
    ["the end is outside", (blob) => blob.createROI([0, 0, 0, 0], [2, 3, 2, 5]), "end[3] is 5, but dims[3]"],
    [
      "the rectangle is outside",
      (blob) => blob.createROI({ ...RECTANGLE, posX: 3 }),
      "posX 3 and sizeX 2 end at 5, outside the width 4",
    ],
    ["the image is outside", (blob) => blob.createROI({ ...RECTANGLE, id: 2 }), "id is 2"],
    ["the ranks differ", (blob) => blob.createROI([0], [1]), "begin [0] has rank 1"],
    [
      "the end is missing",
      (blob) => (blob.createROI as (...lists: unknown[]) => unknown).call(blob, [0, 0, 0, 0]),
      "end must be an array",
    ],
    ["nothing is given", (blob) => (blob.createROI as () => unknown).call(blob), "a region is {"],
  ];

  test.each(WRONG)("%s", (_, use, message) => {
    const { allocator, blob } = setUp();
    expect(() => use(blob)).toThrow(DescError);
    expect(() => use(blob)).toThrow(message);
    expect(allocator).toMatchObject({ allocs: 1, liveCount: 1, locks: 0 });
    expect(blob.deallocate()).toBe(true);
    expect(allocator.liveCount).toBe(0);
  });

  test("the parent is not allocated", () => {
    const blob = new TBlob({ precision: "U8", dims: [1, 3, 4, 4] }, new CountingAllocator());
    const make = (): unknown => blob.createROI([0, 0, 0, 0], [1, 1, 1, 1]);
    expect(make).toThrow(BlobError);
    expect(make).toThrow("createROI: U8 [1, 3, 4, 4] NCHW has no memory. Call allocate() first");
  });

  test("elements are smaller than a byte", () => {
    using blob = createBlob({ precision: "U4", dims: [4] });
    expect(() => blob.createROI([0], [2])).toThrow(DescError);
  });
});

describe("random regions of random tensors, element by element", () => {
  const PRECISIONS = ["U8", "I16", "FP32", "FP64", "U32"] as const;
  const CASES = 2000;

  test("are what the obvious reference says, read, written, cloned and copied to any layout", () => {
    const allocator = new CountingAllocator();
    let elements = 0;
    for (let seed = 1; seed <= CASES; seed++) {
      const random = new Random(seed);
      const dims = randomDims(random, random.between(0, 5));
      using blob = createBlob(randomDesc(random, random.pick(PRECISIONS), dims), { allocator });
      const reference = new Map<string, number>();
      using memory = blob.rwmap();
      const data = memory.data as unknown as number[] & Uint8Array;
      data.fill(255);
      for (const [i, position] of allPositions(dims).entries()) {
        data[blob.desc.offsetOf(position)] = i % 251;
        reference.set(position.join(), i % 251);
      }

      let roi = blob as TBlob;
      let shift = dims.map(() => 0);
      const chain: TBlob[] = [];
      for (let depth = random.pick([1, 1, 2, 3]); depth > 0; depth--) {
        const begin = roi.desc.dims.map((dim) => (random.oneIn(60) ? dim : random.below(Math.min(dim, 2))));
        const end = roi.desc.dims.map((dim, d) =>
          random.pick([dim, random.between(Math.min(begin[d]! + 1, dim), dim)]),
        );
        roi = roi.createROI(begin, end);
        shift = shift.map((value, d) => value + begin[d]!);
        chain.push(roi);
      }
      const positions = allPositions(roi.desc.dims);
      elements += positions.length;
      const inParent = positions.map((position) => position.map((index, d) => index + shift[d]!).join());
      const expected = inParent.map((key) => reference.get(key));
      same(`seed ${seed}`, expected.includes(undefined), false);

      const context = `seed ${seed}: ${roi.desc.toString()} at ${shift.join()} of ${blob.desc.toString()}`;
      const seen = roi.rmap();
      const byOffset = positions.map((position) => seen.data[roi.desc.offsetOf(position)]);
      seen.dispose();
      same(context, byOffset, expected);
      same(
        context,
        [...roi.elements()].map(({ position }) => position),
        positions,
      );
      same(context, valuesOf(roi), expected);

      using clone = roi.clone();
      same(context, valuesOf(clone), expected);
      same(context, clone.desc.blocking.isPacked, true);
      const other = randomDesc(random, roi.desc.precision.kind, roi.desc.dims);
      using copy = createBlob(other, { allocator });
      roi.copyTo(copy);
      same(context, valuesOf(copy), expected);

      // Written back in another order, only the region changes, and nothing between the elements.
      using values = copy.rwmap();
      for (const [i, position] of positions.entries()) values.data[other.offsetOf(position)] = i % 7;
      for (const [i, key] of inParent.entries()) reference.set(key, i % 7);
      const untouched = Array.from(data);
      for (const [key, value] of reference) {
        untouched[blob.desc.offsetOf(key === "" ? [] : key.split(",").map(Number))] = value;
      }
      roi.copyFrom(copy);
      same(context, Array.from(data), untouched);

      for (const share of random.shuffle(chain)) share.deallocate();
    }
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
    expect(elements).toBeGreaterThan(5 * CASES);
  });
});
