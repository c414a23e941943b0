/**
 * The views over the blocks of an allocator, kept so that a lock costs neither time nor garbage.
 *
 * Keyed twice. By slot: a block that is locked again gives the same view object, as the contract wants. Behind that by
 * place, in a table where each place has one seat: slots rotate from one run of a model to the next while places repeat,
 * and with the first key alone every run would make its views anew. What a view covers is kept beside it in an
 * Int32Array: reading `view.byteOffset` costs ten times the look-up.
 */
import { GRANULE } from "../heap/granule.ts";

const SEATS = 4096;
/** Words of a key: region + 1 (0 is a key nobody has), offset in granules, size in bytes as an int32. */
const WORDS = 3;

export class ViewCache {
  readonly #buffers: (ArrayBufferLike | undefined)[] = [];
  #slotKeys: Int32Array = new Int32Array(512 * WORDS);
  #slotViews: (Uint8Array | undefined)[] = Array.from({ length: 512 });
  readonly #seatKeys: Int32Array = new Int32Array(SEATS * WORDS);
  readonly #seatViews: (Uint8Array | undefined)[] = Array.from({ length: SEATS });

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
    const key = slot * WORDS;
    const keys = this.#slotKeys;
    if (keys[key] === region + 1 && keys[key + 1] === offset && keys[key + 2] === (size | 0)) {
      return this.#slotViews[slot]!;
    }
    if (slot >= this.#slotViews.length) this.#grow(slot);
    const view = this.#seated(region, offset, size);
    setKey(this.#slotKeys, key, region, offset, size);
    this.#slotViews[slot] = view;
    return view;
  }

  #seated(region: number, offset: number, size: number): Uint8Array {
    const seat = (Math.imul(offset, 0x9e37_79b1) ^ Math.imul(size, 0x85eb_ca6b) ^ region) >>> 20;
    const key = seat * WORDS;
    const keys = this.#seatKeys;
    if (keys[key] === region + 1 && keys[key + 1] === offset && keys[key + 2] === (size | 0)) {
      return this.#seatViews[seat]!;
    }
    const view = new Uint8Array(this.#buffers[region]!, offset * GRANULE, size);
    setKey(keys, key, region, offset, size);
    this.#seatViews[seat] = view;
    return view;
  }

  #grow(slot: number): void {
    const length = Math.max(this.#slotViews.length * 2, slot + 1);
    const keys = new Int32Array(length * WORDS);
    keys.set(this.#slotKeys);
    this.#slotKeys = keys;
    const views: (Uint8Array | undefined)[] = Array.from({ length });
    for (let i = 0; i < this.#slotViews.length; i++) views[i] = this.#slotViews[i];
    this.#slotViews = views;
  }
}

function setKey(keys: Int32Array, key: number, region: number, offset: number, size: number): void {
  keys[key] = region + 1;
  keys[key + 1] = offset;
  // Sizes below 4 GiB, so that no two have the same int32.
  keys[key + 2] = size | 0;
}

function forget(keys: Int32Array, views: (Uint8Array | undefined)[], region: number): void {
  for (let i = 0; i < views.length; i++) {
    if (keys[i * WORDS] !== region + 1) continue;
    keys[i * WORDS] = 0;
    views[i] = undefined;
  }
}
