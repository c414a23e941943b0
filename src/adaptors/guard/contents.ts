import type { Damage } from "./canary.ts";

/** Bytes up to which contents are copied; above, they are hashed, and where they changed is not known. */
const MOST_COPIED_BYTES: number = 2 ** 20;

/** What was in a block when it was locked for reading, to be compared later. */
export class Contents {
  readonly #copy: Uint8Array | undefined;
  readonly #hash: number;

  constructor(bytes: Uint8Array) {
    this.#copy = bytes.byteLength <= MOST_COPIED_BYTES ? bytes.slice() : undefined;
    this.#hash = this.#copy === undefined ? hashOf(bytes) : 0;
  }

  /** What is different now. */
  changeIn(bytes: Uint8Array): Damage | undefined {
    const copy = this.#copy;
    if (copy === undefined) {
      return hashOf(bytes) === this.#hash ? undefined : { offset: undefined, expected: undefined, actual: undefined };
    }
    const offset = firstDifference(copy, bytes);
    return offset < 0 ? undefined : { offset, expected: copy[offset], actual: bytes[offset] };
  }
}

/** -1 where the two are the same. The copy starts on a word's boundary, the block where it is. */
function firstDifference(copy: Uint8Array, bytes: Uint8Array): number {
  let at = 0;
  if (bytes.byteOffset % 4 === 0) {
    const before = wordsOf(copy);
    const now = wordsOf(bytes);
    while (at < before.length && before[at] === now[at]) at++;
    at *= 4;
  }
  while (at < copy.length && copy[at] === bytes[at]) at++;
  return at < copy.length ? at : -1;
}

/**
 * Two sums of 32 bits, folded into one number of 53. Each step is a bijection of the sum before it (FNV's: exclusive or,
 * times an odd number), so a change within one word always changes the first sum; of others, one in 2^53 goes unseen.
 */
function hashOf(bytes: Uint8Array): number {
  const isAligned = bytes.byteOffset % 4 === 0;
  const units = isAligned ? wordsOf(bytes) : bytes;
  let first = 0x811c_9dc5;
  let second = 0x9747_b28c;
  const mix = (unit: number): void => {
    first = Math.imul(first ^ unit, 0x0100_0193);
    second = Math.imul((second << 5) ^ (second >>> 27) ^ unit, 0x5bd1_e995);
  };
  for (let i = 0; i < units.length; i++) mix(units[i]!);
  if (isAligned) for (let i = units.length * 4; i < bytes.length; i++) mix(bytes[i]!);
  return (first >>> 0) * 2 ** 21 + (second >>> 11);
}

function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}
