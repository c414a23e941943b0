/**
 * The views over the blocks of an allocator, kept so that a lock costs neither time nor garbage.
 *
 * Keyed twice. By slot: a block that is locked again gives the same view object, as the contract wants. Behind that by
 * place and size, in a table of sets of four seats: slots rotate from one run of a model to the next while places repeat,
 * and with the first key alone every run would make its views anew.
 *
 * A typed array cannot change its length or its place, so a block of a size that was never at its place before needs a new
 * one; programs whose sizes are random make one with nearly every lock, of about 100 bytes. The table keeps those out: the
 * first time a place and size are seen it takes only the key, and a view from the second time on. What will not come
 * again is then dropped young, when the collector takes it for next to nothing, and does not push out what will.
 *
 * What a view covers is kept beside it in an Int32Array: reading `view.byteOffset` costs ten times the look-up.
 */
import { GRANULE } from "../heap/granule.ts";
import { KEY_WORDS, SEATS, SET_BITS, WAYS } from "./view-seats.ts";

const NO_KEYS = new Int32Array(0);

export class ViewCache {
  readonly #buffers: (ArrayBufferLike | undefined)[] = [];
  #slotKeys: Int32Array = NO_KEYS;
  #slotViews: (Uint8Array | undefined)[] = [];
  /** Made with the first view: many heaps are never locked. */
  #seatKeys: Int32Array = NO_KEYS;
  #seatViews: (Uint8Array | undefined)[] = [];
  /** Which seat of a set is looked at first when one has to go. */
  #turn = 0;

  /** Says which memory a region has, from now on. `undefined`: none. Views over what it had are forgotten. */
  setBuffer(region: number, buffer: ArrayBufferLike | undefined): void {
    this.#buffers[region] = buffer;
    forget(this.#slotKeys, this.#slotViews, region);
    forget(this.#seatKeys, this.#seatViews, region);
  }

  bufferOf(region: number): ArrayBufferLike | undefined {
    return this.#buffers[region];
  }

  /** The view of the block that holds `slot`: `size` bytes, `offset` granules into `region`. */
  viewOf(slot: number, region: number, offset: number, size: number): Uint8Array {
    const key = slot * KEY_WORDS;
    const owner = ownerOf(region, size);
    const word = size | 0;
    if (slot >= this.#slotViews.length) this.#grow(slot);
    const keys = this.#slotKeys;
    if (keys[key] === owner && keys[key + 1] === offset && keys[key + 2] === word) return this.#slotViews[slot]!;
    const view = this.#seated(region, offset, size);
    keys[key] = owner;
    keys[key + 1] = offset;
    keys[key + 2] = word;
    this.#slotViews[slot] = view;
    return view;
  }

  #seated(region: number, offset: number, size: number): Uint8Array {
    const set = (Math.imul(offset, 0x9e37_79b1) ^ Math.imul(size, 0x85eb_ca6b) ^ region) >>> (32 - SET_BITS);
    const keys = this.#seatKeys;
    const owner = ownerOf(region, size);
    const word = size | 0;
    for (let seat = set * WAYS; seat < set * WAYS + WAYS; seat++) {
      const key = seat * KEY_WORDS;
      if (keys[key] !== owner || keys[key + 1] !== offset || keys[key + 2] !== word) continue;
      return (this.#seatViews[seat] ??= this.#mint(region, offset, size));
    }
    const key = this.#seatFor(set * WAYS) * KEY_WORDS;
    keys[key] = owner;
    keys[key + 1] = offset;
    keys[key + 2] = word;
    return this.#mint(region, offset, size);
  }

  #mint(region: number, offset: number, size: number): Uint8Array {
    return new Uint8Array(this.#buffers[region]!, offset * GRANULE, size);
  }

  /** A seat of the set that begins at `first`: one that nobody has, one that has no view yet, or any, each in turn. */
  #seatFor(first: number): number {
    this.#turn = (this.#turn + 1) % WAYS;
    let best = first + this.#turn;
    for (let way = 0; way < WAYS; way++) {
      const seat = first + ((this.#turn + way) % WAYS);
      if (this.#seatKeys[seat * KEY_WORDS] === 0) return seat;
      if (this.#seatViews[best] !== undefined) best = seat;
    }
    this.#seatViews[best] = undefined;
    return best;
  }

  #grow(slot: number): void {
    if (this.#seatViews.length === 0) {
      this.#seatKeys = new Int32Array(SEATS * KEY_WORDS);
      this.#seatViews = Array.from({ length: SEATS });
    }
    const length = Math.max(this.#slotViews.length * 2, slot + 1, 512);
    const keys = new Int32Array(length * KEY_WORDS);
    keys.set(this.#slotKeys);
    this.#slotKeys = keys;
    const views: (Uint8Array | undefined)[] = Array.from({ length });
    for (let i = 0; i < this.#slotViews.length; i++) views[i] = this.#slotViews[i];
    this.#slotViews = views;
  }
}

/** The first word of a key: the region, and whether the size has outgrown an int32, where 4 GiB would look like 0. */
function ownerOf(region: number, size: number): number {
  return size <= 0x7fff_ffff ? region + 1 : ~region;
}

function forget(keys: Int32Array, views: (Uint8Array | undefined)[], region: number): void {
  for (let i = 0; i < views.length; i++) {
    if (keys[i * KEY_WORDS] !== region + 1 && keys[i * KEY_WORDS] !== ~region) continue;
    keys[i * KEY_WORDS] = 0;
    views[i] = undefined;
  }
}
