/**
 * A number for each live handle of any allocator: what adaptors remember. Two flat arrays, no Map, and no garbage once it
 * has grown to the most handles that are live at once.
 *
 * A handle's place is its low bits. Our own allocators have the slot there (`handle.ts`), slots are dense, and so the
 * first comparison nearly always settles it. A handle that finds its place taken goes to a `HandleSpill`, where
 * the handles of others, whatever their low bits are, cost a few comparisons more.
 */
import { HandleSpill, NO_HANDLE } from "./handle-spill.ts";

const FIRST_CAPACITY = 64;
/** The largest handle that is kept. */
const MOST = 2 ** 31 - 1;

export class HandleMap {
  #keys: Int32Array = new Int32Array(FIRST_CAPACITY).fill(NO_HANDLE);
  #values: Float64Array = new Float64Array(FIRST_CAPACITY);
  #mask: number = FIRST_CAPACITY - 1;
  #size = 0;
  #hasSpilled = false;
  readonly #spill: HandleSpill = new HandleSpill();

  /** Handles that have a value. */
  get size(): number {
    return this.#size;
  }

  /** The handle's value, or -1 when it has none. Takes anything: what is no handle has none. */
  get(handle: number): number {
    if (typeof handle !== "number" || handle < 0) return -1;
    const at = handle & this.#mask;
    if (this.#keys[at] === handle) return this.#values[at]!;
    return this.#hasSpilled ? this.#spill.get(handle) : -1;
  }

  /**
   * Gives the handle a value, in place of the one it had. What is no handle (no integer from 0 to below 2^31) is ignored.
   *
   * @param value any number ≥ 0; -1 would read as none
   * @returns the value that it had, or -1: an upstream gave out a handle that was live already, or had freed it unseen
   */
  set(handle: number, value: number): number {
    // A string would change its type in `&`, and a BigInt throws there.
    if (typeof handle !== "number" || (handle & MOST) !== handle) return -1;
    const keys = this.#keys;
    const at = handle & this.#mask;
    if (keys[at] !== NO_HANDLE || this.#hasSpilled) return this.#setSlowly(handle, value);
    keys[at] = handle;
    this.#values[at] = value;
    this.#size++;
    return -1;
  }

  /** Takes the handle out. @returns the value it had, or -1 when it had none; takes anything, as `get` does */
  delete(handle: number): number {
    if (typeof handle !== "number" || handle < 0) return -1;
    const keys = this.#keys;
    const at = handle & this.#mask;
    if (keys[at] !== handle) return this.#deleteSpilled(handle);
    keys[at] = NO_HANDLE;
    this.#size--;
    return this.#values[at]!;
  }

  /** Takes every handle out, and keeps the room for as many. */
  clear(): void {
    this.#keys.fill(NO_HANDLE);
    this.#spill.clear();
    this.#hasSpilled = false;
    this.#size = 0;
  }

  /** Visits every handle once, in no particular order. `visit` must not add or take out any. */
  forEach(visit: (handle: number, value: number) => void): void {
    const keys = this.#keys;
    const values = this.#values;
    for (let at = 0; at < keys.length; at++) if (keys[at] !== NO_HANDLE) visit(keys[at]!, values[at]!);
    this.#spill.forEach(visit);
  }

  /** Where the place is taken, or handles have spilled, of which this may be one. */
  #setSlowly(handle: number, value: number): number {
    const at = handle & this.#mask;
    const there = this.#keys[at]!;
    if (there === handle) {
      const before = this.#values[at]!;
      this.#values[at] = value;
      return before;
    }
    const before = this.#spill.replace(handle, value);
    if (before >= 0) return before;
    this.#size++;
    if (there === NO_HANDLE) {
      this.#keys[at] = handle;
      this.#values[at] = value;
      return -1;
    }
    this.#spill.add(handle, value);
    this.#hasSpilled = true;
    // A full table is as good as an empty one while every handle has its place.
    if (this.#size * 2 > this.#keys.length) this.#grow();
    return -1;
  }

  #deleteSpilled(handle: number): number {
    if (!this.#hasSpilled) return -1;
    const value = this.#spill.delete(handle);
    if (value >= 0) this.#size--;
    this.#hasSpilled = this.#spill.size > 0;
    return value;
  }

  #grow(): void {
    const entries = new Float64Array(this.#size * 2);
    let end = 0;
    this.forEach((handle, value) => {
      entries[end++] = handle;
      entries[end++] = value;
    });
    const capacity = this.#keys.length * 2;
    this.#keys = new Int32Array(capacity);
    this.#values = new Float64Array(capacity);
    this.#mask = capacity - 1;
    this.clear();
    for (let at = 0; at < end; at += 2) this.set(entries[at]!, entries[at + 1]!);
  }
}
