/** Whether the lowest byte of a word is its first, as on every common machine. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
