/**
 * The handles that found their place in a {@link HandleMap} taken. Open-addressed, with linear probing from a mixed place
 * (the golden ratio's multiple, Knuth's multiplicative hashing), so that handles which agree in their low bits, such as
 * addresses of pages, lie apart. Removal moves what follows back: no tombstones, which would fill the table in time.
 */

/** No handle: what an empty place holds. */
export const NO_HANDLE = -1;

const GOLDEN = 0x9e3779b1;
const FIRST_BITS = 4;

export class HandleSpill {
  #keys: Int32Array = new Int32Array(1 << FIRST_BITS).fill(NO_HANDLE);
  #values: Float64Array = new Float64Array(1 << FIRST_BITS);
  /** 32 less the bits of an index. */
  #shift: number = 32 - FIRST_BITS;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The handle's value, or -1. */
  get(handle: number): number {
    const at = this.#placeOf(handle);
    return this.#keys[at] === handle ? this.#values[at]! : -1;
  }

  /** Changes the value of a handle that is there. @returns the value it had, or -1 when it is not there */
  replace(handle: number, value: number): number {
    const at = this.#placeOf(handle);
    if (this.#keys[at] !== handle) return -1;
    const before = this.#values[at]!;
    this.#values[at] = value;
    return before;
  }

  /** Adds a handle that is not there. */
  add(handle: number, value: number): void {
    if ((this.#size + 1) * 2 > this.#keys.length) this.#grow();
    this.#put(handle, value);
    this.#size++;
  }

  /** Takes a handle out. @returns its value, or -1 */
  delete(handle: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let hole = this.#placeOf(handle);
    if (keys[hole] !== handle) return -1;
    const value = this.#values[hole]!;
    for (let at = (hole + 1) & mask; keys[at] !== NO_HANDLE; at = (at + 1) & mask) {
      const home = this.#homeOf(keys[at]!);
      // It may move back unless its home lies behind the hole, cyclically.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      keys[hole] = keys[at]!;
      this.#values[hole] = this.#values[at]!;
      hole = at;
    }
    keys[hole] = NO_HANDLE;
    this.#size--;
    return value;
  }

  clear(): void {
    this.#keys.fill(NO_HANDLE);
    this.#size = 0;
  }

  forEach(visit: (handle: number, value: number) => void): void {
    const keys = this.#keys;
    const values = this.#values;
    for (let at = 0; at < keys.length; at++) if (keys[at] !== NO_HANDLE) visit(keys[at]!, values[at]!);
  }

  #homeOf(handle: number): number {
    return Math.imul(handle, GOLDEN) >>> this.#shift;
  }

  /** Where the handle is, or the empty place where it would go. */
  #placeOf(handle: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let at = this.#homeOf(handle);
    while (keys[at] !== handle && keys[at] !== NO_HANDLE) at = (at + 1) & mask;
    return at;
  }

  #put(handle: number, value: number): void {
    const at = this.#placeOf(handle);
    this.#keys[at] = handle;
    this.#values[at] = value;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(keys.length * 2).fill(NO_HANDLE);
    this.#values = new Float64Array(keys.length * 2);
    this.#shift--;
    for (let at = 0; at < keys.length; at++) if (keys[at] !== NO_HANDLE) this.#put(keys[at]!, values[at]!);
  }
}
