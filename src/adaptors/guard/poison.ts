/** What freed memory is filled with: as a float a large negative number, as an address none that is mapped. */
export const POISON = 0xdd;
/** What fresh memory is filled with where that is asked for. */
export const FRESH_POISON = 0xcd;

const POISON_WORD: number = Math.imul(POISON, 0x0101_0101);

/** The first byte from `start` to `end` that is no {@link POISON}, or -1. */
export function firstUnpoisoned(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if ((bytes.byteOffset + start) % 4 === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (end - start) >>> 2);
    let i = 0;
    while (i < words.length && words[i] === POISON_WORD) i++;
    at += i * 4;
  }
  while (at < end && bytes[at] === POISON) at++;
  return at < end ? at : -1;
}
