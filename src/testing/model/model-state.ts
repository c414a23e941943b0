import type { Handle, IAllocator, LockOp, ReadonlyBytes } from "../../allocator.ts";
import { assertEqual, assertTrue } from "../assert.ts";
import type { Counts } from "../conformance/case-context.ts";
import { assertCounts } from "../conformance/case-context.ts";
import { isPooled } from "../conformance/traits.ts";
import { firstMismatch, patternByte } from "../pattern.ts";
import { ContractViolationError } from "../contract-violation-error.ts";

/** Blocks up to this size are compared byte by byte after every command, larger ones at some bytes. */
const SMALL_BYTES = 4_096;
/** How far apart the bytes are that are looked at in a large block; a prime, so that no power of two hides between. */
const STRIDE = 509;
/** The same for the block that the command was about. */
const TOUCHED_STRIDE = 7;

/** A live block, as the model knows it. */
export interface ModelBlock {
  readonly handle: Handle;
  /** In bytes. */
  readonly size: number;
  /** The pattern in it; undefined while nothing was written, and the contents are anyone's. */
  seed: number | undefined;
  locks: number;
  /** What the first of the locks that are out was for. */
  op: LockOp;
  /** Whether one of the locks that are out is for writing. */
  writable: boolean;
  /** The view of the locks that are out. */
  view: Uint8Array | undefined;
}

/** What the model knows of an allocator before it starts. */
export interface ModelLimits {
  readonly limitBytes: number | undefined;
  /** Distance of blocks in one buffer in bytes; undefined for 64 when the allocator is pooled, else 1. */
  readonly alignment: number | undefined;
  readonly exclusiveLocks: boolean;
}

/** The simplest allocator there is: a list of what is live, with what is written in it. */
export class ModelState {
  readonly limits: ModelLimits;
  readonly live: ModelBlock[] = [];
  readonly stale: Handle[] = [];
  liveBytes = 0;
  #peakBytes = 0;
  #peakCount = 0;
  #totalBytes = 0;
  #totalCount = 0;

  constructor(limits: ModelLimits) {
    this.limits = limits;
  }

  /** The live block of an arbitrary natural number. */
  pick(index: number): ModelBlock {
    return this.live[index % this.live.length]!;
  }

  add(handle: Handle, size: number): ModelBlock {
    const block: ModelBlock = { handle, size, seed: undefined, locks: 0, op: 1, writable: false, view: undefined };
    this.live.push(block);
    this.liveBytes += size;
    this.#totalBytes += size;
    this.#totalCount++;
    this.#peakBytes = Math.max(this.#peakBytes, this.liveBytes);
    this.#peakCount = Math.max(this.#peakCount, this.live.length);
    return block;
  }

  remove(block: ModelBlock): void {
    this.live.splice(this.live.indexOf(block), 1);
    this.stale.push(block.handle);
    this.liveBytes -= block.size;
  }

  /**
   * Compares an allocator with the model: views, contents, overlap, alignment, stats, and its own `check()`.
   *
   * @param touched the block that the last command was about, looked at more closely
   */
  verify(allocator: IAllocator, touched?: ModelBlock): void {
    const ranges = new Map<ArrayBufferLike, Range[]>();
    for (const block of this.live) {
      const bytes = viewOf(allocator, block);
      assertContents(bytes, block, block === touched ? TOUCHED_STRIDE : STRIDE);
      if (block.size === 0) continue;
      const range = { start: bytes.byteOffset, end: bytes.byteOffset + block.size };
      const others = ranges.get(bytes.buffer);
      if (others === undefined) ranges.set(bytes.buffer, [range]);
      else others.push(range);
    }
    const pooled = isPooled(allocator);
    const alignment = this.limits.alignment ?? (pooled ? 64 : 1);
    for (const inBuffer of ranges.values()) assertApart(inBuffer, alignment);
    if (!pooled) return;
    assertCounts(allocator, this.#counts(), "the command");
    allocator.check();
  }

  #counts(): Counts {
    return {
      liveBytes: this.liveBytes,
      liveCount: this.live.length,
      peakBytes: this.#peakBytes,
      peakCount: this.#peakCount,
      totalBytes: this.#totalBytes,
      totalCount: this.#totalCount,
      lockedCount: this.live.filter(({ locks }) => locks > 0).length,
    };
  }
}

/** The bytes of one block in its buffer, half-open. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The view of a block; of a locked one, the view that is out, which a nested lock must give again. */
function viewOf(allocator: IAllocator, block: ModelBlock): ReadonlyBytes {
  const bytes = allocator.lock(block.handle, block.locks > 0 ? block.op : 0);
  allocator.unlock(block.handle);
  assertTrue(bytes instanceof Uint8Array, "a view must be a Uint8Array", bytes);
  assertEqual(bytes.byteLength, block.size, "the view's byteLength");
  if (block.view !== undefined) assertTrue(bytes === block.view, "a nested lock must give the view that is out");
  return bytes;
}

function assertContents(bytes: ReadonlyBytes, { size, seed }: ModelBlock, stride: number): void {
  if (seed === undefined) return;
  const at = firstMismatch(bytes, seed, size <= SMALL_BYTES ? 1 : stride);
  if (at < 0) return;
  const expected = patternByte(seed, at);
  const what = `byte ${at} of a block of ${size} bytes should hold ${expected}, and holds ${bytes[at]}`;
  throw new ContractViolationError(`${what}. Its contents were not kept.`, bytes[at], expected);
}

function assertApart(ranges: Range[], alignment: number): void {
  ranges.sort((a, b) => a.start - b.start);
  const base = ranges[0]!.start;
  let end = 0;
  for (const range of ranges) {
    assertTrue(range.start >= end, `a block starts inside the one before it, which ends at ${end}`, range.start);
    assertEqual((range.start - base) % alignment, 0, `the distance of two blocks, modulo ${alignment}`);
    end = range.end;
  }
}
