import { describe, expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { LockOp } from "../allocator.ts";
import { LockError } from "../errors.ts";
import { Block } from "./block.ts";
import { Holding } from "./holding.ts";
import { TensorDesc } from "./tensor-desc.ts";

function setUp(): { allocator: CountingAllocator; block: Block; holding: Holding } {
  const allocator = new CountingAllocator();
  const block = new Block(allocator, 64);
  return { allocator, block, holding: new Holding({}, block) };
}

test("the block goes back when it is dropped and the last map is closed, in any order", () => {
  const { allocator, holding } = setUp();
  holding.lock(LockOp.LOCK_FOR_READ);
  holding.lock(LockOp.LOCK_FOR_WRITE);
  expect(holding.openMaps).toBe(2);
  holding.unlock();
  holding.drop();
  expect(allocator.liveCount).toBe(1);
  holding.unlock();
  expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
});

test("maps that were all closed leave the share of the blob", () => {
  const { allocator, holding } = setUp();
  holding.lock(LockOp.LOCK_FOR_READ);
  holding.unlock();
  expect(allocator.liveCount).toBe(1);
  holding.drop();
  expect(allocator.liveCount).toBe(0);
});

test("a lock that the allocator refuses opens no map", () => {
  const { allocator, holding } = setUp();
  allocator.lockError = new LockError("conflict", 1);
  expect(() => holding.lock(LockOp.LOCK_FOR_WRITE)).toThrow(allocator.lockError);
  expect(holding.openMaps).toBe(0);
  holding.drop();
  expect(allocator.liveCount).toBe(0);
});

test("an unlock that throws closes its map all the same", () => {
  const { allocator, holding } = setUp();
  holding.lock(LockOp.LOCK_FOR_WRITE);
  holding.drop();
  allocator.unlock = () => {
    throw new Error("disposed");
  };
  expect(() => holding.unlock()).toThrow("disposed");
  expect(holding.openMaps).toBe(0);
});

describe("reclaim", () => {
  test("closes forgotten maps and gives the block back", () => {
    const { allocator, holding } = setUp();
    holding.lock(LockOp.LOCK_FOR_READ);
    holding.lock(LockOp.LOCK_FOR_WRITE);
    expect(holding.reclaim()).toBe(64);
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  });

  test("gives nothing back while others share the block", () => {
    const { allocator, block, holding } = setUp();
    block.retain();
    expect(holding.reclaim()).toBe(0);
    expect(allocator.liveCount).toBe(1);
    expect(block.release()).toBe(true);
  });

  test("does not throw when the allocator does", () => {
    const { allocator, holding } = setUp();
    holding.lock(LockOp.LOCK_FOR_READ);
    allocator.unlock = () => {
      throw new Error("disposed");
    };
    expect(holding.reclaim()).toBeUndefined();
  });
});

describe("a share", () => {
  test("begins that many bytes further on, and outlives the holding it was made of", () => {
    const { allocator, holding } = setUp();
    const share = holding.share({}, 16);
    const inner = share.share({}, 8);
    expect([holding.capacity, share.capacity, inner.capacity]).toEqual([64, 48, 40]);
    const view = inner.lock(LockOp.LOCK_FOR_READ);
    expect(inner.window.bytes(view, new TensorDesc("U8", [4])).byteOffset).toBe(view.byteOffset + 24);
    holding.drop();
    inner.unlock();
    inner.drop();
    expect(allocator.liveCount).toBe(1);
    share.drop();
    expect(allocator).toMatchObject({ liveCount: 0, locks: 0 });
  });

  test("has locks of its own", () => {
    const { allocator, holding } = setUp();
    const share = holding.share({}, 0);
    share.lock(LockOp.LOCK_FOR_WRITE);
    expect([holding.openMaps, share.openMaps, allocator.locks]).toEqual([0, 1, 1]);
    holding.drop();
    share.unlock();
    expect(allocator.liveCount).toBe(1);
    expect(share.reclaim()).toBe(64);
  });
});
