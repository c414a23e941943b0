/**
 * A small correct pooled allocator, and mutants of it with one fault each: what the kit has to find.
 * A test fixture, not part of the package.
 */
import type { AllocatorStats, Handle, IPooledAllocator } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { CorruptionError, InvalidHandleError, LockError, OutOfMemoryError, assertSize } from "../errors.ts";

const SLOT_BITS = 17;
const SLOT_MASK = 2 ** SLOT_BITS - 1;
const NAME = "FixtureAllocator";

interface Block {
  readonly handle: Handle;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  readonly view: Uint8Array;
  locks: number;
}

/** First fit in one buffer, with the plainest bookkeeping. Its protected methods are where a mutant differs. */
export class FixtureAllocator implements IPooledAllocator {
  protected readonly buffer: ArrayBuffer;
  protected readonly slots: (Block | undefined)[] = [];
  protected readonly generations: number[] = [];
  protected readonly emptySlots: number[] = [];
  /** The live blocks by address. */
  protected readonly blocks: Block[] = [];
  protected counts = {
    liveBytes: 0,
    liveCount: 0,
    peakBytes: 0,
    peakCount: 0,
    totalBytes: 0,
    totalCount: 0,
    lockedCount: 0,
  };

  constructor(bytes: number = 16 * 2 ** 20) {
    this.buffer = new ArrayBuffer(bytes);
  }

  alloc(size: number): Handle {
    this.validate(size);
    const [start, at] = this.find(size);
    if (start < 0) throw this.outOfMemory(size);
    const slot = this.emptySlots.pop() ?? this.slots.length;
    const handle = this.nameSlot(slot);
    const end = start + this.roundUp(size);
    const block = { handle, size, start, end, view: this.viewOf(start, size), locks: 0 };
    this.slots[slot] = block;
    this.blocks.splice(at, 0, block);
    this.count(size);
    return handle;
  }

  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    this.validateOp(op);
    const block = this.live(handle);
    if (block === undefined) throw new InvalidHandleError(NAME, "lock", handle);
    return this.lockBlock(block);
  }

  unlock(handle: Handle): void {
    const block = this.live(handle);
    if (block === undefined) throw new InvalidHandleError(NAME, "unlock", handle);
    if (block.locks === 0) throw new LockError(`${handle} is not locked.`, handle);
    this.unlockBlock(block);
  }

  free(handle: Handle): boolean {
    const block = this.live(handle);
    if (block === undefined || block.locks > 0) return false;
    const slot = handle & SLOT_MASK;
    this.slots[slot] = undefined;
    this.generations[slot] = (this.generations[slot]! + 1) & 0xfff;
    this.emptySlots.push(slot);
    this.blocks.splice(this.blocks.indexOf(block), 1);
    this.counts.liveBytes -= block.size;
    this.counts.liveCount--;
    return true;
  }

  stats(): AllocatorStats {
    const { byteLength } = this.buffer;
    return { ...this.counts, footprintBytes: byteLength, reservedBytes: byteLength, largestFreeBytes: 0 };
  }

  trim(): number {
    return 0;
  }

  check(): void {
    this.blocks.forEach((block, i) => {
      const next = this.blocks[i + 1];
      if (next !== undefined && next.start < block.end) throw new CorruptionError(`Block ${i} overlaps the next one.`);
    });
  }

  protected validate(size: number): void {
    assertSize(size);
  }

  protected validateOp(op: LockOp): void {
    if (op !== 0 && op !== 1) throw new TypeError("op must be a LockOp.");
  }

  /** The first gap that fits: its offset, and how many live blocks are before it. */
  protected find(size: number): readonly [start: number, at: number] {
    const needed = this.roundUp(size);
    const last = this.blocks.at(-1);
    const tail = last?.end ?? 0;
    // Programs that never ran out of the tail skip the search, which is linear.
    if (tail + needed <= this.buffer.byteLength / 2) return [tail, this.blocks.length];
    let start = 0;
    for (let at = 0; at <= this.blocks.length; at++) {
      const gapEnd = this.blocks[at]?.start ?? this.buffer.byteLength;
      if (start + needed <= gapEnd) return [start, at];
      start = this.blocks[at]?.end ?? start;
    }
    return [-1, 0];
  }

  protected roundUp(size: number): number {
    return Math.ceil(size / 64) * 64;
  }

  protected viewOf(start: number, size: number): Uint8Array {
    return new Uint8Array(this.buffer, start, size);
  }

  protected nameSlot(slot: number): Handle {
    this.generations[slot] ??= 0;
    return (this.generations[slot] * 2 ** SLOT_BITS + slot) as Handle;
  }

  protected live(handle: Handle): Block | undefined {
    if (typeof handle !== "number") return undefined;
    const block = this.slots[handle & SLOT_MASK];
    return block?.handle === handle ? block : undefined;
  }

  protected lockBlock(block: Block): Uint8Array {
    if (block.locks++ === 0) this.counts.lockedCount++;
    return block.view;
  }

  protected unlockBlock(block: Block): void {
    if (--block.locks === 0) this.counts.lockedCount--;
  }

  protected count(size: number): void {
    const { counts } = this;
    counts.liveBytes += size;
    counts.liveCount++;
    counts.totalBytes += size;
    counts.totalCount++;
    counts.peakBytes = Math.max(counts.peakBytes, counts.liveBytes);
    counts.peakCount = Math.max(counts.peakCount, counts.liveCount);
  }

  protected outOfMemory(requestedBytes: number): Error {
    const { liveBytes } = this.counts;
    const limitBytes = this.buffer.byteLength;
    return new OutOfMemoryError({ allocator: NAME, requestedBytes, liveBytes, limitBytes, largestFreeBytes: 0 });
  }
}

/** One fault: what it is, and which case of the kit is there to find it. */
export interface Mutant {
  readonly fault: string;
  /** The beginning of the name of a case that must fail. */
  readonly foundBy: string;
  /** Whether random programs against the model must find it too. */
  readonly foundByModel: boolean;
  readonly make: () => FixtureAllocator;
}

function mutant(fault: string, foundBy: string, foundByModel: boolean, type: new () => FixtureAllocator): Mutant {
  return { fault, foundBy, foundByModel, make: () => new type() };
}

export const MUTANTS: readonly Mutant[] = [
  mutant(
    "large blocks share their last bytes with the next block",
    "live blocks share no bytes",
    true,
    class extends FixtureAllocator {
      protected override roundUp(size: number): number {
        return super.roundUp(size > 20_000 ? size - 128 : size);
      }
      override check(): void {}
    },
  ),
  mutant(
    "views are rounded up to the granule",
    "alloc gives a block of exactly the bytes asked for",
    true,
    class extends FixtureAllocator {
      protected override viewOf(start: number, size: number): Uint8Array {
        return new Uint8Array(this.buffer, start, this.roundUp(size));
      }
    },
  ),
  mutant(
    "every lock makes a view of its own",
    "locking a locked handle gives the same view object",
    true,
    class extends FixtureAllocator {
      protected override lockBlock(block: Block): Uint8Array {
        return super.lockBlock(block).subarray();
      }
    },
  ),
  mutant(
    "locks are not counted",
    "locks are counted",
    true,
    class extends FixtureAllocator {
      protected override unlockBlock(block: Block): void {
        block.locks = 1;
        super.unlockBlock(block);
      }
    },
  ),
  mutant(
    "the lock counter has eight bits",
    "locks are counted",
    false,
    class extends FixtureAllocator {
      protected override lockBlock(block: Block): Uint8Array {
        const view = super.lockBlock(block);
        block.locks &= 0xff;
        return view;
      }
    },
  ),
  mutant(
    "a locked block can be freed",
    "free of a locked handle is false",
    true,
    class extends FixtureAllocator {
      override free(handle: Handle): boolean {
        const block = this.live(handle);
        if (block !== undefined && block.locks > 0) {
          block.locks = 1;
          this.unlockBlock(block);
        }
        return super.free(handle);
      }
    },
  ),
  mutant(
    "a double free is true",
    "a freed handle is refused",
    true,
    class extends FixtureAllocator {
      override free(handle: Handle): boolean {
        const locked = this.live(handle)?.locks ?? 0;
        return super.free(handle) || (Number.isInteger(handle) && handle >= 0 && handle < 2 ** 30 && locked === 0);
      }
    },
  ),
  mutant(
    "a slot is named the same each time",
    "a stale handle is refused",
    true,
    class extends FixtureAllocator {
      protected override nameSlot(slot: number): Handle {
        return slot as Handle;
      }
    },
  ),
  mutant(
    "the generation has eleven bits",
    "a stale handle is refused",
    false,
    class extends FixtureAllocator {
      protected override nameSlot(slot: number): Handle {
        this.generations[slot] = (this.generations[slot] ?? 0) & 0x7ff;
        return super.nameSlot(slot);
      }
    },
  ),
  mutant(
    "a failed alloc is counted",
    "calls that fail leave the stats",
    false,
    class extends FixtureAllocator {
      protected override outOfMemory(size: number): Error {
        this.counts.totalCount++;
        return super.outOfMemory(size);
      }
    },
  ),
  mutant(
    "free throws what it does not know",
    "what is no handle is refused",
    true,
    class extends FixtureAllocator {
      override free(handle: Handle): boolean {
        if (this.live(handle) === undefined) throw new InvalidHandleError(NAME, "lock", handle);
        return super.free(handle);
      }
    },
  ),
  mutant(
    "alloc(NaN) gives an empty block",
    "a size that is negative, fractional, not finite or unsafe",
    true,
    class extends FixtureAllocator {
      override alloc(size: number): Handle {
        return super.alloc(Number.isNaN(size) ? 0 : size);
      }
    },
  ),
  mutant(
    "a size is converted from what it is not",
    "a size that is no number is a TypeError",
    true,
    class extends FixtureAllocator {
      override alloc(size: number): Handle {
        return super.alloc(typeof size === "string" ? Number(size) : size);
      }
    },
  ),
  mutant(
    "exhaustion is a plain RangeError",
    "an alloc beyond all memory is an OutOfMemoryError",
    false,
    class extends FixtureAllocator {
      protected override outOfMemory(): Error {
        return new RangeError("Array buffer allocation failed");
      }
    },
  ),
  mutant(
    "unlock zeroes the block",
    "contents stay across unlock and lock",
    true,
    class extends FixtureAllocator {
      protected override unlockBlock(block: Block): void {
        super.unlockBlock(block);
        if (block.locks === 0) block.view.fill(0);
      }
    },
  ),
  mutant(
    "handles are fractional",
    "handles are integers",
    true,
    class extends FixtureAllocator {
      protected override nameSlot(slot: number): Handle {
        return (super.nameSlot(slot) + 0.25) as Handle;
      }
    },
  ),
  mutant(
    "handles go beyond 2^30",
    "handles are integers",
    true,
    class extends FixtureAllocator {
      protected override nameSlot(slot: number): Handle {
        return (super.nameSlot(slot) + 2 ** 40) as Handle;
      }
      protected override live(handle: Handle): Block | undefined {
        if (typeof handle !== "number") return undefined;
        const block = this.slots[(handle - 2 ** 40) & SLOT_MASK];
        return block?.handle === handle ? block : undefined;
      }
    },
  ),
  mutant(
    "blocks are aligned to 16 bytes only",
    "blocks in one buffer start multiples of 64 bytes apart",
    true,
    class extends FixtureAllocator {
      protected override roundUp(size: number): number {
        return Math.ceil(size / 16) * 16;
      }
    },
  ),
  mutant(
    "a handle is converted from what it is not",
    "what is no handle is refused",
    false,
    class extends FixtureAllocator {
      protected override live(handle: Handle): Block | undefined {
        return super.live(typeof handle === "string" ? (Number.parseInt(handle, 10) as Handle) : handle);
      }
    },
  ),
  mutant(
    "unlock of an unlocked handle is ignored",
    "unlock of a handle that is not locked is a LockError",
    true,
    class extends FixtureAllocator {
      override unlock(handle: Handle): void {
        if (this.live(handle)?.locks !== 0) super.unlock(handle);
      }
    },
  ),
  mutant(
    "any lock operation is taken",
    "lock with an operation that is none",
    false,
    class extends FixtureAllocator {
      protected override validateOp(): void {}
    },
  ),
  mutant(
    "a lock for reading is a copy",
    "locks for reading and for writing coexist",
    true,
    class extends FixtureAllocator {
      override lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
        const view = super.lock(handle, op);
        return op === LockOp.LOCK_FOR_READ ? view.slice() : view;
      }
    },
  ),
  mutant(
    "the peak forgets what was freed",
    "stats follow a known sequence",
    true,
    class extends FixtureAllocator {
      override free(handle: Handle): boolean {
        const freed = super.free(handle);
        if (freed) this.counts.peakBytes = this.counts.liveBytes;
        return freed;
      }
    },
  ),
  mutant(
    "trim clears the memory of live blocks too",
    "trim gives back a number of bytes",
    true,
    class extends FixtureAllocator {
      override trim(): number {
        new Uint8Array(this.buffer).fill(0);
        return this.buffer.byteLength;
      }
    },
  ),
];

/** The fault that alloc(0) is refused: the kit passes the allocator's own error on. */
export class NoEmptyBlocksAllocator extends FixtureAllocator {
  protected override validate(size: number): void {
    super.validate(size);
    if (size === 0) throw Object.assign(new RangeError("empty"), { code: "ERR_SIZE" });
  }
}

/** The fault that a budget shrinks with use: one tenth of each block that is freed is lost. */
export class LeakyFixtureAllocator extends FixtureAllocator {
  #lost = 0;

  override free(handle: Handle): boolean {
    const size = this.live(handle)?.size ?? 0;
    const freed = super.free(handle);
    if (freed) this.#lost += size / 10;
    return freed;
  }

  protected override find(size: number): readonly [start: number, at: number] {
    const found = super.find(size);
    return this.counts.liveBytes + size + this.#lost > this.buffer.byteLength ? [-1, 0] : found;
  }
}
