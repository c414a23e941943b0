/**
 * The slots of a planned allocator (planned-layout.ts). A slot stands either for a step of the plan, and then keeps to it
 * from run to run, or for a block of the allocator below.
 */
import { INDEX_MASK, firstGeneration, nextHandle } from "./handle.ts";
import { BELOW, HANDLE, LOCKS, PLANNED, RUN, SLOT_WORDS, STEP } from "./planned-layout.ts";

export class PlannedSlots {
  /** Replaced when it grows. */
  words: Int32Array = new Int32Array(256 * SLOT_WORDS);
  /** For each step, the address of its slot. Replaced when it grows. */
  steps: Int32Array = new Int32Array(64);
  /** For each slot, the bytes that were asked for; of steps, the plan knows. */
  #sizes: Float64Array = new Float64Array(256);
  #stepCount = 0;
  #spare = 0;
  #end = SLOT_WORDS;
  readonly #generation: number = firstGeneration();

  constructor() {
    // No handle has index 0 and is negative: nothing matches the dummy slot.
    this.words[HANDLE] = -1;
  }

  /** The address of a live handle's slot, 0 when it is not live. Takes anything. */
  find(handle: number): number {
    if (typeof handle !== "number") return 0;
    const slot = (handle & INDEX_MASK) * SLOT_WORDS;
    return this.words[slot] === handle ? slot : 0;
  }

  /** A spare slot, not live yet. @returns its address, 0 when there are no more */
  take(): number {
    let slot = this.#spare;
    if (slot !== 0) {
      this.#spare = this.words[slot + LOCKS]!;
    } else {
      if (this.#end > INDEX_MASK * SLOT_WORDS) return 0;
      slot = this.#end;
      this.#end += SLOT_WORDS;
      if (this.#end > this.words.length) this.words = doubled(this.words);
      this.words[slot] = ~(this.#generation | (slot / SLOT_WORDS));
    }
    this.words[slot + LOCKS] = 0;
    return slot;
  }

  /** Makes a slot live. @returns its handle */
  open(slot: number, step: number, run: number, below: number): number {
    const { words } = this;
    const handle = ~words[slot]!;
    words[slot] = handle;
    words[slot + STEP] = step;
    words[slot + RUN] = run;
    words[slot + BELOW] = below;
    return handle;
  }

  /** Ends a live slot's handle. */
  close(slot: number): void {
    this.words[slot] = ~nextHandle(this.words[slot]!);
  }

  sizeOf(slot: number): number {
    return this.#sizes[slot / SLOT_WORDS]!;
  }

  setSize(slot: number, size: number): void {
    const index = slot / SLOT_WORDS;
    if (index >= this.#sizes.length) {
      const longer = new Float64Array(Math.max(this.#sizes.length * 2, index + 1));
      longer.set(this.#sizes);
      this.#sizes = longer;
    }
    this.#sizes[index] = size;
  }

  /** Gives a slot back that is not live. */
  give(slot: number): void {
    this.words[slot + LOCKS] = this.#spare;
    this.#spare = slot;
  }

  /** Sees to it that so many steps have slots. @returns false when there are not enough */
  reserveSteps(count: number): boolean {
    while (this.#stepCount < count) {
      const slot = this.take();
      if (slot === 0) return false;
      this.words[slot + BELOW] = PLANNED;
      this.words[slot + STEP] = this.#stepCount;
      if (this.#stepCount === this.steps.length) this.steps = doubled(this.steps);
      this.steps[this.#stepCount++] = slot;
    }
    return true;
  }

  /** Calls `visit` with the address of every live slot. */
  forEachLive(visit: (slot: number) => void): void {
    for (let slot = SLOT_WORDS; slot < this.#end; slot += SLOT_WORDS) if (this.words[slot]! >= 0) visit(slot);
  }
}

function doubled(words: Int32Array): Int32Array {
  const longer = new Int32Array(words.length * 2);
  longer.set(words);
  return longer;
}
