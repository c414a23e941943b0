import { expect, test } from "vitest";
import { Holes } from "./holes.ts";
import { Random } from "./random.ts";

test("takes the lowest hole that is large enough, and what is given back meets its neighbours", () => {
  const holes = new Holes(3);
  expect([holes.take(4), holes.take(2), holes.take(3)]).toEqual([0, 4, 6]);
  holes.release(0, 4);
  holes.release(6, 3);
  expect(holes.count).toBe(2);
  expect(holes.take(5)).toBe(6);
  expect(holes.take(3)).toBe(0);
  expect(holes.count).toBe(2);
  holes.release(4, 2);
  expect(holes.take(3)).toBe(3);
});

/** First fit on bytes. */
class Bytes {
  readonly #taken = new Uint8Array(4096);

  take(size: number): number {
    let offset = 0;
    while (this.#taken.subarray(offset, offset + size).includes(1)) offset++;
    this.#taken.fill(1, offset, offset + size);
    return offset;
  }

  release(offset: number, size: number): void {
    this.#taken.fill(0, offset, offset + size);
  }

  get count(): number {
    return this.#taken.reduce((sum, byte, at) => sum + (byte === 0 && this.#taken[at - 1] !== 0 ? 1 : 0), 0);
  }
}

test("does the same as bytes do, whatever is taken and given back", () => {
  const random = new Random(5);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const blocks: { offset: number; size: number }[] = [];
  const bytes = new Bytes();
  const holes = new Holes(64);
  for (let step = 0; step < 4000; step++) {
    while (blocks.length === 64 || below(2 * blocks.length + 1) > 40) {
      const [{ offset, size }] = blocks.splice(below(blocks.length), 1) as [{ offset: number; size: number }];
      holes.release(offset, size);
      bytes.release(offset, size);
    }
    const size = 1 + below(32);
    const offset = bytes.take(size);
    expect(holes.take(size)).toBe(offset);
    expect(holes.count).toBe(bytes.count);
    blocks.push({ offset, size });
  }
});
