import type { GuardedBlock } from "./guarded-block.ts";

/** Freed blocks in the order they were freed, up to a bound: the oldest leaves first. */
export class Quarantine {
  readonly #maxBytes: number;
  readonly #maxBlocks: number;
  /** The blocks are those from `#first` on. */
  #blocks: (GuardedBlock | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  constructor(maxBytes: number, maxBlocks: number) {
    this.#maxBytes = maxBytes;
    this.#maxBlocks = maxBlocks;
  }

  /** Bytes that the upstream holds for the blocks in it. */
  get byteLength(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#blocks.length - this.#first;
  }

  /** Whether the oldest must leave. */
  get isOverfull(): boolean {
    return this.length > this.#maxBlocks || this.#bytes > this.#maxBytes;
  }

  add(block: GuardedBlock): void {
    this.#blocks.push(block);
    this.#bytes += block.bytesBelow;
  }

  /** Takes the oldest out. */
  takeOldest(): GuardedBlock | undefined {
    const block = this.#blocks[this.#first];
    if (block === undefined) return undefined;
    this.#blocks[this.#first++] = undefined;
    this.#bytes -= block.bytesBelow;
    if (this.#first > 64 && this.#first * 2 > this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#first);
      this.#first = 0;
    }
    return block;
  }

  /** The blocks in it, oldest first. */
  blocks(): GuardedBlock[] {
    return this.#blocks.slice(this.#first) as GuardedBlock[];
  }
}
