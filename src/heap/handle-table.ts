/**
 * Live handles and their lock counts, for allocators whose blocks are not carved out of an arena. Two int32 a slot in
 * one growing Int32Array; a free slot holds its next handle inverted, so that one comparison tells live from stale.
 */
import { HANDLE, LOCKS, SLOT_WORDS } from "./handle-table-layout.ts";
import { INDEX_MASK, firstGeneration, nextHandle } from "./handle.ts";

export class HandleTable {
  #words: Int32Array = new Int32Array(64 * SLOT_WORDS);
  #firstFree = 0;
  /** Slot 0 is never used, so that 0 can end the free list. */
  #slots = 1;
  #liveCount = 0;
  #lockedCount = 0;
  readonly #generation: number;

  /** @param kind whether the table is that of a wrapped array, of which there may be very many */
  constructor(kind: "wrappers" | "allocators" = "allocators") {
    this.#generation = firstGeneration(kind);
    // No handle has index 0 and is negative: nothing matches slot 0.
    this.#words[HANDLE] = -1;
  }

  /** Handles that are open. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** Handles with at least one lock on them. */
  get lockedCount(): number {
    return this.#lockedCount;
  }

  /** Opens a slot. @returns its handle, or -1 when every slot is taken. */
  open(): number {
    let slot = this.#firstFree;
    if (slot === 0) {
      if (this.#slots > INDEX_MASK) return -1;
      slot = this.#slots;
      if ((slot + 1) * SLOT_WORDS > this.#words.length) this.#grow();
      this.#words[slot * SLOT_WORDS] = ~(this.#generation | slot);
      this.#slots++;
    } else {
      this.#firstFree = this.#words[slot * SLOT_WORDS + LOCKS]!;
    }
    const handle = ~this.#words[slot * SLOT_WORDS]!;
    this.#words[slot * SLOT_WORDS] = handle;
    this.#words[slot * SLOT_WORDS + LOCKS] = 0;
    this.#liveCount++;
    return handle;
  }

  /** Closes a slot and moves its generation on. @returns false when the handle is not live, or locked. */
  close(handle: number): boolean {
    if (!this.isLive(handle)) return false;
    const slot = slotOf(handle);
    const words = this.#words;
    if (words[slot * SLOT_WORDS + LOCKS] !== 0) return false;
    words[slot * SLOT_WORDS] = ~nextHandle(handle);
    words[slot * SLOT_WORDS + LOCKS] = this.#firstFree;
    this.#firstFree = slot;
    this.#liveCount--;
    return true;
  }

  /** Takes anything: what is no number is not live. */
  isLive(handle: number): boolean {
    // A string or a BigInt would compare unequal anyway, but a BigInt throws in `&`.
    return typeof handle === "number" && this.#words[slotOf(handle) * SLOT_WORDS] === handle;
  }

  /** Locks on a live handle. */
  lockCount(handle: number): number {
    return this.#words[slotOf(handle) * SLOT_WORDS + LOCKS]!;
  }

  /** Counts one lock more on a live handle. */
  lock(handle: number): void {
    const at = slotOf(handle) * SLOT_WORDS + LOCKS;
    if (this.#words[at] === 0) this.#lockedCount++;
    this.#words[at]!++;
  }

  /** Counts one lock less on a live handle. @returns false when there is none. */
  unlock(handle: number): boolean {
    const at = slotOf(handle) * SLOT_WORDS + LOCKS;
    if (this.#words[at] === 0) return false;
    this.#words[at]!--;
    if (this.#words[at] === 0) this.#lockedCount--;
    return true;
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}

/** The slot of a handle, from 1: an index into whatever the allocator keeps beside the table. */
export function slotOf(handle: number): number {
  return handle & INDEX_MASK;
}
