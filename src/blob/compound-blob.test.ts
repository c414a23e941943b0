import { describe, expect, expectTypeOf, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { BlobError, DescError } from "../errors.ts";
import { CompoundBlob } from "./compound-blob.ts";
import { createBlob } from "./create-blob.ts";
import { MemoryBlob } from "./memory-blob.ts";
import type { ROI } from "./roi.ts";
import type { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";

const ROI_2X2: ROI = { posX: 1, posY: 1, sizeX: 2, sizeY: 2 };

/** A memory blob that is not on the host. */
class FarBlob extends MemoryBlob {
  override readonly desc: TensorDesc = new TensorDesc("U8", [1, 1, 4, 4]);
  override readonly allocator: CountingAllocator = new CountingAllocator();
  override readonly isAllocated: boolean = true;

  override allocate(): Promise<void> {
    return Promise.resolve();
  }

  override deallocate(): Promise<boolean> {
    return Promise.reject(new Error("nobody asked for it"));
  }
}

function setUp(): { allocator: CountingAllocator; image: TBlob<"U8">; depth: TBlob<"FP32"> } {
  const allocator = new CountingAllocator();
  const image = createBlob({ precision: "U8", dims: [1, 3, 4, 4], layout: "NHWC" }, { allocator });
  const depth = createBlob({ precision: "FP32", dims: [1, 1, 4, 4] }, { allocator });
  return { allocator, image, depth };
}

describe("a compound blob", () => {
  test("holds its members and has their number as its size", () => {
    const { image, depth } = setUp();
    const compound = new CompoundBlob<TBlob>([image, depth]);
    expect([compound.size, compound.blobs[0], compound.blobs[1]]).toEqual([2, image, depth]);
    expect(compound.desc.toString()).toBe("UNSPECIFIED [] ANY");
    expect(Object.isFrozen(compound.blobs)).toBe(true);
    expect(new CompoundBlob([]).size).toBe(0);
  });

  test("keeps the list as it was given", () => {
    const { image, depth } = setUp();
    const list: TBlob[] = [image];
    const compound = new CompoundBlob(list);
    list.push(depth);
    expect(compound.size).toBe(1);
  });

  test("keeps the type of its members", () => {
    const { image } = setUp();
    expectTypeOf(new CompoundBlob([image]).blobs).toEqualTypeOf<readonly TBlob<"U8">[]>();
  });

  test("may hold members that are not on the host", () => {
    expect(new CompoundBlob([new FarBlob()]).size).toBe(1);
  });

  const { image } = setUp();
  test.each([
    [[image, null], "member 1 of 2 is null, no memory blob. Leave it out."],
    [[undefined], "member 0 of 1 is undefined"],
    [[image, new CompoundBlob([image])], "member 1 of 2 is a CompoundBlob, no memory blob. Give its members instead."],
    [[new Uint8Array(1)], "member 0 of 1 is a Uint8Array"],
    [Array.from({ length: 2 }), "member 0 of 2 is undefined"],
    [image, "the members are a list of blobs, not a TBlob. Write them as [a, b]."],
    [undefined, "the members are a list of blobs, not undefined"],
  ])("is not made of %o", (members, message) => {
    const make = (): unknown => new CompoundBlob(members as TBlob[]);
    expect(make).toThrow(BlobError);
    expect(make).toThrow(`CompoundBlob: ${message}`);
  });

  test("is not made of a list with a hole", () => {
    const list: TBlob[] = [];
    list[1] = image;
    expect(() => new CompoundBlob(list)).toThrow("CompoundBlob: member 0 of 2 is undefined");
  });
});

describe("disposing", () => {
  test("deallocates the members, once", () => {
    const { allocator, image, depth } = setUp();
    const compound = new CompoundBlob<TBlob>([image, depth]);
    depth.deallocate();
    expect([compound.deallocate(), compound.deallocate()]).toEqual([true, false]);
    expect([image.isAllocated, allocator.liveCount]).toEqual([false, 0]);
  });

  test("gives every member back, not only the first", () => {
    const { allocator, image, depth } = setUp();
    {
      using compound = new CompoundBlob<TBlob>([image, depth]);
      expect(compound.size).toBe(2);
    }
    expect(allocator.liveCount).toBe(0);
  });

  test("leaves members that are not on the host alone", () => {
    const compound = new CompoundBlob([new FarBlob()]);
    expect(compound.deallocate()).toBe(false);
  });

  test("is not needed: the members live on their own", () => {
    const { allocator, image, depth } = setUp();
    expect(new CompoundBlob<TBlob>([image, depth]).size).toBe(2);
    image[Symbol.dispose]();
    depth[Symbol.dispose]();
    expect(allocator.liveCount).toBe(0);
  });
});

describe("a region", () => {
  test("is the same rectangle of every member, in their memory", () => {
    const { allocator, image, depth } = setUp();
    const compound = new CompoundBlob<TBlob>([image, depth]);
    {
      using region = compound.createROI(ROI_2X2);
      expect(region.blobs.map((blob) => blob.desc.dims)).toEqual([
        [1, 3, 2, 2],
        [1, 1, 2, 2],
      ]);
      region.blobs[1]!.wmap().data[0] = 5;
    }
    expect(depth.rmap().data[5]).toBe(5);
    expect([allocator.allocs, image.isAllocated, depth.isAllocated]).toEqual([2, true, true]);
  });

  test("outlives the members it was made of", () => {
    const { allocator, image, depth } = setUp();
    const region = new CompoundBlob<TBlob>([image, depth]).createROI(ROI_2X2);
    image.deallocate();
    depth.deallocate();
    expect(allocator.liveCount).toBe(2);
    region[Symbol.dispose]();
    expect(allocator.liveCount).toBe(0);
  });

  test("that one member refuses leaves nothing behind", () => {
    const { allocator, image, depth } = setUp();
    const small = createBlob({ precision: "U8", dims: [1, 1, 2, 2] }, { allocator });
    const compound = new CompoundBlob<TBlob>([image, depth, small]);
    expect(() => compound.createROI(ROI_2X2)).toThrow(DescError);
    expect(() => compound.createROI(ROI_2X2)).toThrow("posX 1 and sizeX 2 end at 3, outside the width 2");
    small.deallocate();
    expect(() => compound.createROI(ROI_2X2)).toThrow(BlobError);
    image.deallocate();
    depth.deallocate();
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  });

  test("of a member that is not on the host is refused", () => {
    const { allocator, image } = setUp();
    const compound = new CompoundBlob<MemoryBlob>([image, new FarBlob()]);
    expect(() => compound.createROI(ROI_2X2)).toThrow(BlobError);
    expect(() => compound.createROI(ROI_2X2)).toThrow("a FarBlob is not in host memory. Copy it into a TBlob first.");
    image.deallocate();
    expect(allocator.liveCount).toBe(1);
  });
});
