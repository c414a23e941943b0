import { addressOf } from "../../platform/native-address.ts";
import { takeFoldedMemory } from "../../platform/folded-memory.ts";
import type { FoldedMemory } from "../../platform/folded-memory.ts";

const ALIGNMENT = 64;
/** Up to here, spilled memory is real. Above it, it is folded, where it can be. */
const MOST_REAL_BYTES = 2 ** 30;

/**
 * Memory from outside of the allocator, for what it refused during a run: the engine cannot be told "no" there. It is
 * written to until the engine reaches its next node, where it stops, and nobody looks at what was written.
 */
export class Spill {
  readonly address: number;
  /** Referenced for as long as the engine may use it. */
  readonly memory: Uint8Array | FoldedMemory;

  /** @throws {RangeError} when neither the runtime nor the system has anything to give */
  constructor(size: number) {
    const folded = size > MOST_REAL_BYTES ? takeFoldedMemory(size) : undefined;
    this.memory = folded ?? new Uint8Array(new ArrayBuffer(size + 2 * ALIGNMENT));
    const start = this.memory instanceof Uint8Array ? addressOf(this.memory) : this.memory.address;
    this.address = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  }

  /** Gives it back; what is the runtime's, the collector takes. */
  release(): void {
    if (!(this.memory instanceof Uint8Array)) this.memory.release();
  }
}
