import type { AllocEvent, TraceEvent } from "./event.ts";

/** A block of a trace while it is alive. */
export interface TraceBlock {
  readonly id: number;
  readonly size: number;
  /** When it was allocated. */
  readonly t: number;
  /** The index of its `a` among the events. */
  readonly event: number;
  readonly label: string | undefined;
  readonly site: string | undefined;
  /** The phase it was allocated in; undefined before the first mark. */
  readonly phase: string | undefined;
  /** Locks on it now. */
  readonly locks: number;
}

/** Called when a block ends, with the index of the event that ended it. */
export type BlockEnd = (block: TraceBlock, event: number) => void;

/**
 * What is alive while a trace goes on. One rule for traces with faults, for everything that looks at them: an `a` of an id
 * that is alive ends the block before it; `f`, `l` and `u` of an id that is not alive, and a `u` without a lock, do nothing.
 */
export class LiveBlocks {
  readonly blocks: Map<number, TraceBlock> = new Map();
  bytes = 0;
  phase: string | undefined;
  readonly #onEnd: BlockEnd | undefined;

  constructor(onEnd?: BlockEnd) {
    this.#onEnd = onEnd;
  }

  /** @returns the block that it is about, while it is alive after it */
  apply(event: TraceEvent, index: number): TraceBlock | undefined {
    if (event.op === "a") return this.#alloc(event, index);
    if (event.op === "m") {
      this.phase = event.phase;
      return undefined;
    }
    const block = this.blocks.get(event.id);
    if (block === undefined) return undefined;
    if (event.op === "f") {
      this.#end(block, index);
      return undefined;
    }
    const counted = block as { locks: number };
    if (event.op === "l") counted.locks++;
    else if (block.locks > 0) counted.locks--;
    return block;
  }

  #alloc({ id, size, t, label, site }: AllocEvent, index: number): TraceBlock {
    const before = this.blocks.get(id);
    if (before !== undefined) this.#end(before, index);
    const block: TraceBlock = { id, size, t, event: index, label, site, phase: this.phase, locks: 0 };
    this.blocks.set(id, block);
    this.bytes += size;
    return block;
  }

  #end(block: TraceBlock, index: number): void {
    this.blocks.delete(block.id);
    this.bytes -= block.size;
    this.#onEnd?.(block, index);
  }
}
