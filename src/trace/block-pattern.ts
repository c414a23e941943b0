/**
 * Contents that tell a block from every other: words that go up by an odd step from a start of the block's own, with the
 * last bytes of a block that is no whole number of words.
 */

const STEP = 0x9e37_79b1;

/** Fills the block of this serial number. */
export function fillBlock(bytes: Uint8Array, serial: number): void {
  const words = wordsOf(bytes);
  let value = Math.imul(serial + 1, STEP) | 0;
  for (let i = 0; i < words.length; i++) words[i] = value = (value + STEP) | 0;
  for (let i = words.byteLength; i < bytes.length; i++) bytes[i] = value + i + 1;
}

/** @returns the index of the first byte, within four, that is not as it was filled; -1 when all are */
export function firstForeignByte(bytes: Uint8Array, serial: number): number {
  const words = wordsOf(bytes);
  let value = Math.imul(serial + 1, STEP) | 0;
  for (let i = 0; i < words.length; i++) {
    value = (value + STEP) | 0;
    if (words[i] !== value) return 4 * i;
  }
  for (let i = words.byteLength; i < bytes.length; i++) if (bytes[i] !== ((value + i + 1) & 0xff)) return i;
  return -1;
}

/** The words that are there and aligned: none of a block that does not begin at a word. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const count = bytes.byteOffset % 4 === 0 ? Math.floor(bytes.length / 4) : 0;
  return new Int32Array(bytes.buffer, count === 0 ? 0 : bytes.byteOffset, count);
}
