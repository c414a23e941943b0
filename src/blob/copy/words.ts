/** The words that elements are copied in. */
export type Words = Uint8Array | Uint16Array | Uint32Array;

/** Bytes of the largest word that elements and both memories are multiples of. */
export function wordFor(elementSize: number, ...memories: readonly Uint8Array[]): 1 | 2 | 4 {
  const fits = (bytes: number): boolean =>
    elementSize % bytes === 0 && memories.every(({ byteOffset }) => byteOffset % bytes === 0);
  if (fits(4)) return 4;
  return fits(2) ? 2 : 1;
}

/** The same memory in words; what is left over at its end is not in it. */
export function wordsOf(bytes: Uint8Array, wordBytes: 1 | 2 | 4): Words {
  if (wordBytes === 1) return bytes;
  const { buffer, byteOffset } = bytes;
  const length = Math.floor(bytes.byteLength / wordBytes);
  return wordBytes === 4 ? new Uint32Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
}

/** Whether two memories have a byte in common. */
export function overlap(a: Uint8Array, b: Uint8Array): boolean {
  if (a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
