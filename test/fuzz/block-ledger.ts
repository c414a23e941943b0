import { fail, ok, strictEqual } from "node:assert/strict";
import type { Handle, IPooledAllocator } from "../../src/allocator.ts";
import type { Random } from "../support/random.ts";

/** A live block, as the program knows it. */
export interface Block {
  readonly handle: Handle;
  readonly size: number;
  /** What every byte of it holds. */
  readonly fill: number;
  locks: number;
}

/** What a program knows to be live, and what must stand in it. */
export class BlockLedger {
  readonly blocks: Block[] = [];
  readonly #allocator: IPooledAllocator;
  readonly #random: Random;
  #liveBytes = 0;
  #made = 0;

  constructor(allocator: IPooledAllocator, random: Random) {
    this.#allocator = allocator;
    this.#random = random;
  }

  /** Takes a new block over and fills it. */
  add(handle: Handle, size: number): Block {
    ok(!this.blocks.some((block) => block.handle === handle), `handle ${handle} was given out twice`);
    // A prime number of values, so that neighbours in time or place seldom have the same.
    const block: Block = { handle, size, fill: 1 + (this.#made++ % 251), locks: 0 };
    const bytes = this.#allocator.lock(handle);
    strictEqual(bytes.length, size);
    strictEqual(bytes.byteOffset % 64, 0);
    bytes.fill(block.fill);
    this.#allocator.unlock(handle);
    this.blocks.push(block);
    this.#liveBytes += size;
    return block;
  }

  /** Frees a block, all of whose bytes must still be what they were. */
  free(block: Block): void {
    this.verify(block);
    for (; block.locks > 0; block.locks--) this.#allocator.unlock(block.handle);
    strictEqual(this.#allocator.free(block.handle), true);
    strictEqual(this.#allocator.free(block.handle), false);
    this.blocks.splice(this.blocks.indexOf(block), 1);
    this.#liveBytes -= block.size;
  }

  /** Locks a block, and leaves it so for a while. */
  lock(block: Block): void {
    this.#allocator.lock(block.handle);
    block.locks++;
    strictEqual(this.#allocator.free(block.handle), false);
  }

  unlock(block: Block): void {
    if (block.locks === 0) return;
    this.#allocator.unlock(block.handle);
    block.locks--;
  }

  /** Checks every byte of a block. */
  verify(block: Block): void {
    const bytes = this.#allocator.lock(block.handle);
    strictEqual(bytes.length, block.size);
    if (Buffer.compare(bytes, Buffer.alloc(block.size, block.fill)) !== 0) {
      const wrong = bytes.findIndex((byte) => byte !== block.fill);
      fail(`byte ${wrong} of ${block.size} is ${bytes[wrong]}, not ${block.fill}`);
    }
    this.#allocator.unlock(block.handle);
  }

  /** Checks the allocator's own rules, what it counts, and one block, since all of them after each step would take too long. */
  check(): void {
    this.#allocator.check();
    if (this.blocks.length > 0) this.verify(this.#random.pick(this.blocks));
    const { liveBytes, liveCount, lockedCount } = this.#allocator.stats();
    strictEqual(liveBytes, this.#liveBytes);
    strictEqual(liveCount, this.blocks.length);
    strictEqual(lockedCount, this.blocks.filter(({ locks }) => locks > 0).length);
  }

  /** Frees all of them, in a random order, and checks after each. */
  freeAll(): number {
    let steps = 0;
    for (const block of this.#random.shuffle(this.blocks)) {
      this.free(block);
      this.check();
      steps++;
    }
    return steps;
  }
}
