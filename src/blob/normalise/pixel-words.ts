import { IS_LITTLE_ENDIAN } from "../endianness.ts";

/** Kept by the view that they belong to: a map gives the same one every time. */
const wordsOfBytes = new WeakMap<Uint8Array, Int32Array>();

/** Bytes as words with the first byte lowest; `undefined` where they cannot be read so. What is left over is not in them. */
export function pixelWords(bytes: Uint8Array): Int32Array | undefined {
  if (!IS_LITTLE_ENDIAN || bytes.byteOffset % 4 !== 0) return undefined;
  let words = wordsOfBytes.get(bytes);
  if (words === undefined) {
    words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 4));
    wordsOfBytes.set(bytes, words);
  }
  return words;
}
