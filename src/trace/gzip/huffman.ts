/** A Huffman code of RFC 1951 as one look-up: the next bits, lowest first, give `symbol << 4 | bits used`. */
export interface HuffmanTable {
  readonly entries: Uint16Array;
  /** Bits that index `entries`: the longest code. */
  readonly bits: number;
}

const MAX_BITS = 15;

/**
 * Makes the table of a canonical code.
 *
 * @param lengths bits of each symbol's code; 0 where a symbol has none
 * @returns undefined when the lengths make no code: more codes than there is room for, or fewer (a single one may be)
 */
export function huffmanTable(lengths: Uint8Array): HuffmanTable | undefined {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let bits = MAX_BITS;
  while (bits > 1 && counts[bits] === 0) bits--;

  const next = new Uint16Array(MAX_BITS + 2);
  let room = 1;
  let used = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    room = 2 * room - counts[length]!;
    if (room < 0) return undefined;
    used += counts[length]!;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  if (room > 0 && used > 1) return undefined;

  const entries = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const code = reversed(next[length]!++, length);
    for (let index = code; index < entries.length; index += 1 << length) entries[index] = (symbol << 4) | length;
  }
  return { entries, bits };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}
