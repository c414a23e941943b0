/** Whether typed arrays of this machine have the lowest byte first, as both file formats do unless they say otherwise. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the bytes of each element in place. */
export function swapBytes(bytes: Uint8Array, elementSize: number): void {
  for (let start = 0; start + elementSize <= bytes.byteLength; start += elementSize) {
    for (let a = start, b = start + elementSize - 1; a < b; a++, b--) {
      const byte = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = byte;
    }
  }
}
