import type { IAllocator } from "../../allocator.ts";
import { OutOfMemoryError } from "../../errors.ts";
import type { NativeWords } from "../../platform/native-words.ts";
import { releaseAll } from "../onnxruntime/release-all.ts";
import { EngineBlock } from "./engine-block.ts";
import type { ReplayList } from "./replay-list.ts";
import { WORD } from "./struct-words.ts";

/** As an entry: no size, and no free. */
const NOTHING = -2;

interface Armed {
  readonly list: ReplayList;
  /** The block of the run. */
  readonly block: EngineBlock;
  /** Blocks of outputs by address. */
  readonly own: ReadonlyMap<number, EngineBlock>;
}

/**
 * The replay of one run: arms the words that the machine code works on, or, where there is none, walks along the list when
 * the callbacks ask. Between runs the cursor is at the sentinel, and every call is the callbacks'.
 */
export class Replay {
  readonly #words: NativeWords;
  /** Whether the machine code walks; else {@link allocate} and {@link free} do. */
  readonly #isNative: boolean;
  #armed: Armed | undefined;
  /** Index of the next entry, where this class walks. */
  #cursor = 0;
  #isOff = true;
  /** Offsets of outputs that were handed over: two outputs may be the same memory. */
  #taken: number[] = [];
  /** Blocks that were obtained so far. */
  blockCount = 0;

  constructor(words: NativeWords, isNative: boolean) {
    this.#words = words;
    this.#isNative = isNative;
    words.set(WORD.SENTINEL, NOTHING);
    words.set(WORD.SENTINEL_ADDRESS, words.addressAt(WORD.SENTINEL));
    words.set(WORD.CURSOR, words.addressAt(WORD.SENTINEL));
  }

  /**
   * Obtains the memory of a run. Where it cannot be had, but its parts could be, nothing is armed, and the run is served
   * block by block. The same where the parts could not be had either, but the list is not proven: it may be a file's or
   * that of other values, and the allocator's numbers may be those of one of several.
   *
   * @param isProven whether runs are known to need what the list says
   * @returns "doubted" when nothing is armed, and the list says that there is not enough
   * @throws {OutOfMemoryError} when the limit leaves less than a proven list needs at its peak; nothing is held then
   */
  arm(list: ReplayList, allocator: IAllocator, isProven: boolean): "armed" | "fragmented" | "doubted" {
    const own = new Map<number, EngineBlock>();
    let block: EngineBlock | undefined;
    let heldBytes = 0;
    try {
      block = new EngineBlock(allocator, list.height);
      this.blockCount++;
      heldBytes = list.height;
      for (const { entry, size } of list.ownBlocks) {
        const output = new EngineBlock(allocator, size);
        this.blockCount++;
        own.set(output.address, output);
        heldBytes += size;
        list.setOffset(entry, output.address - block.address);
      }
    } catch (error) {
      releaseAll(block === undefined ? [] : [block, ...own.values()], releaseBlock);
      if (!(error instanceof OutOfMemoryError)) throw error;
      const free = error.limitBytes - error.liveBytes + heldBytes;
      const needed = block === undefined ? list.lowerBound : list.height + list.ownBytes;
      if (free >= needed && needed > error.largestFreeBytes) return "fragmented";
      if (!isProven) return "doubted";
      throw error;
    }
    this.#armed = { list, block, own };
    this.#words.set(WORD.BASE, block.address);
    this.#words.set(WORD.HEIGHT, list.height);
    this.#cursor = 0;
    this.#taken = [];
    this.#isOff = this.#isNative;
    if (this.#isNative) this.#words.set(WORD.CURSOR, list.addressOf(0));
    return "armed";
  }

  /** What is armed. */
  get armed(): { readonly height: number; readonly lowerBound: number; readonly block: EngineBlock } | undefined {
    if (this.#armed === undefined) return undefined;
    const { list, block } = this.#armed;
    return { height: list.height, lowerBound: list.lowerBound, block };
  }

  /** No more calls are on the list. @returns whether all of it was walked */
  stop(): boolean {
    if (this.#armed === undefined) return false;
    const { list } = this.#armed;
    const isDone = this.#isNative
      ? this.#words.get(WORD.CURSOR) === list.addressOf(list.length)
      : !this.#isOff && this.#cursor === list.length;
    this.#words.set(WORD.CURSOR, this.#words.addressAt(WORD.SENTINEL));
    this.#isOff = true;
    return isDone;
  }

  /** The block that an output lies in. Each place is given once. */
  place(address: number, size: number): { block: EngineBlock; byteOffset: number } | undefined {
    if (this.#armed === undefined) return undefined;
    const { block, own, list } = this.#armed;
    const byteOffset = address - block.address;
    if (this.#taken.includes(byteOffset)) return undefined;
    const isInside = byteOffset >= 0 && byteOffset + size <= list.height;
    const output = isInside ? block : own.get(address);
    if (output === undefined || output.size < size) return undefined;
    this.#taken.push(byteOffset);
    return { block: output, byteOffset: isInside ? byteOffset : 0 };
  }

  /**
   * Releases all blocks. The values of outputs are released before.
   *
   * @throws what the allocator threw first; all of them are released then, too
   */
  disarm(): void {
    if (this.#armed === undefined) return;
    const { block, own } = this.#armed;
    this.#armed = undefined;
    this.#words.set(WORD.HEIGHT, 0);
    releaseAll([block, ...own.values()], releaseBlock);
  }

  /** The place of the next allocation; 0 when the list has none for it. */
  allocate(size: number): number {
    if (this.#isOff || this.#armed === undefined) return 0;
    const { list, block } = this.#armed;
    if (this.#cursor < list.length && list.words.get(this.#cursor * 2) === size) {
      // An own block is at a distance that may be negative: the words hold it modulo 2^64.
      return block.address + list.offsetAt(this.#cursor++);
    }
    this.#isOff = true;
    return 0;
  }

  /** Whether the memory is the replay's, so that nothing is to be done. */
  free(address: number): boolean {
    if (this.#armed === undefined) return false;
    const { list, block, own } = this.#armed;
    const offset = address - block.address;
    if (own.has(address)) return true;
    if (offset < 0 || offset >= list.height) return false;
    if (this.#isOff) return true;
    if (list.isFree(this.#cursor) && list.offsetAt(this.#cursor) === offset) this.#cursor++;
    else this.#isOff = true;
    return true;
  }
}

function releaseBlock(block: EngineBlock): void {
  block.release();
}
