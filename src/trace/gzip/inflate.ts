/**
 * Inflates RFC 1951 data that comes in chunks.
 *
 * The runtimes' own decompressors do not do here: browsers refuse gzip files of several members, and where data end in
 * the middle or are damaged, they may drop what they had inflated until then. This one gives on every byte that it can.
 *
 * Input is indexed by bits. A step (a symbol with its match, or the head of a block) is taken only when its longest form
 * is there; otherwise it waits for more, except at the end of all input, where each step checks that it did not read
 * beyond it. Output goes through a buffer that keeps the last 32 KiB, which matches refer to.
 */
import type { HuffmanTable } from "./huffman.ts";
import { huffmanTable } from "./huffman.ts";

const WINDOW = 32_768;
const OUTPUT_BYTES = 4 * WINDOW;
const LONGEST_MATCH = 258;
/** The most bits of one symbol: code, extra bits of the length, code and extra bits of the distance. */
const SYMBOL_BITS = 15 + 5 + 15 + 13;
/** The most bits of a head of dynamic codes: counts, the code of codes, and 320 lengths. */
const HEAD_BITS = 3 + 14 + 19 * 3 + 320 * (7 + 7);

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const ORDER_OF_LENGTHS = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

/** What {@link Inflate} is about to read. */
type State = "head" | "stored" | "symbols" | "done" | "damaged";

export class Inflate {
  /** Why there is no more after damage. */
  damage: string | undefined;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #out: Uint8Array = new Uint8Array(OUTPUT_BYTES);
  #outStart = 0;
  #outEnd = 0;
  /** Whether the oldest byte of the window was written: a distance may reach as far back as this. */
  #written = 0;
  #input: Uint8Array = new Uint8Array(0);
  /** In bits. */
  #position = 0;
  #state: State = "head";
  #isLastBlock = false;
  #storedLeft = 0;
  #literals: HuffmanTable | undefined;
  #distances: HuffmanTable | undefined;

  /** @param sink called with inflated bytes, which are valid until it returns */
  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Inflates what can be inflated. @param isEnd whether nothing follows */
  push(chunk: Uint8Array, isEnd: boolean): void {
    this.#append(chunk);
    while (this.#step(isEnd)) {
      // Each step is a block's head, or as much of a block as the input has.
    }
    this.#emit();
  }

  /** Input after the end of the data. */
  rest(): Uint8Array {
    return this.#input.subarray(Math.ceil(this.#position / 8));
  }

  #append(chunk: Uint8Array): void {
    const from = this.#position >>> 3;
    const kept = this.#input.length - from;
    if (kept <= 0) this.#input = chunk;
    else {
      const joined = new Uint8Array(kept + chunk.length);
      joined.set(this.#input.subarray(from));
      joined.set(chunk, kept);
      this.#input = joined;
    }
    this.#position &= 7;
  }

  /** @returns whether another step may be taken */
  #step(isEnd: boolean): boolean {
    if (this.#state === "head") return this.#head(isEnd);
    if (this.#state === "stored") return this.#stored();
    if (this.#state === "symbols") return this.#symbols(isEnd);
    return false;
  }

  #bitsLeft(): number {
    return this.#input.length * 8 - this.#position;
  }

  /** Up to 16 bits at the position; zeros beyond the input. */
  #peek(count: number): number {
    const at = this.#position >>> 3;
    const input = this.#input;
    const word = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16);
    return (word >>> (this.#position & 7)) & ((1 << count) - 1);
  }

  #take(count: number): number {
    const bits = this.#peek(count);
    this.#position += count;
    return bits;
  }

  #fail(damage: string): boolean {
    this.damage = damage;
    this.#state = "damaged";
    return false;
  }

  #head(isEnd: boolean): boolean {
    if (this.#bitsLeft() < HEAD_BITS && !isEnd && !this.#isShortHead()) return false;
    const begin = this.#position;
    const isLast = this.#take(1) === 1;
    const type = this.#take(2);
    let state: State = "symbols";
    if (type === 0) {
      this.#position = (this.#position + 7) & ~7;
      this.#storedLeft = this.#take(16);
      const complement = this.#take(16);
      if (this.#bitsLeft() >= 0 && complement !== (~this.#storedLeft & 0xffff)) {
        return this.#fail("a stored block has a length that does not match its complement");
      }
      state = "stored";
    } else if (type === 1) {
      this.#literals = huffmanTable(FIXED_LENGTHS)!;
      this.#distances = huffmanTable(new Uint8Array(32).fill(5))!;
    } else if (type === 3) {
      return this.#bitsLeft() < 0 ? false : this.#fail("a block is of a type that does not exist");
    } else {
      const damage = this.#readCodes();
      if (damage !== undefined && this.#bitsLeft() >= 0) return this.#fail(damage);
    }
    if (this.#bitsLeft() < 0) {
      this.#position = begin;
      return false;
    }
    this.#isLastBlock = isLast;
    this.#state = state;
    return true;
  }

  /** Whether the head of a block without codes of its own is there in full: enough for all but dynamic blocks. */
  #isShortHead(): boolean {
    return this.#bitsLeft() >= 3 + 7 + 32 && this.#peek(3) >>> 1 !== 2;
  }

  /** Reads the codes of a dynamic block. @returns what is wrong with them; meaningless where the input ended */
  #readCodes(): string | undefined {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) return "a block has more codes than there are symbols";
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < lengthCount; i++) codeLengths[ORDER_OF_LENGTHS[i]!] = this.#take(3);
    const codes = huffmanTable(codeLengths);
    if (codes === undefined) return "the code of a block's code lengths makes no sense";

    const total = literalCount + distanceCount;
    const lengths = new Uint8Array(total);
    for (let i = 0; i < total;) {
      const entry = codes.entries[this.#peek(codes.bits)]!;
      if (entry === 0) return "a code length has no meaning";
      this.#position += entry & 15;
      const symbol = entry >>> 4;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) return "a code length is repeated before there is one";
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeats = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (i + repeats > total) return "code lengths go on beyond the last symbol";
      lengths.fill(value, i, i + repeats);
      i += repeats;
    }
    if (lengths[256] === 0) return "a block has no code for its end";
    this.#literals = huffmanTable(lengths.subarray(0, literalCount));
    this.#distances = huffmanTable(lengths.subarray(literalCount));
    if (this.#literals === undefined || this.#distances === undefined) return "a block's codes make no sense";
    return undefined;
  }

  #stored(): boolean {
    const at = this.#position >>> 3;
    const count = Math.min(this.#storedLeft, this.#input.length - at, OUTPUT_BYTES - LONGEST_MATCH - this.#outEnd);
    this.#out.set(this.#input.subarray(at, at + count), this.#outEnd);
    this.#outEnd += count;
    this.#position += 8 * count;
    this.#storedLeft -= count;
    if (this.#storedLeft === 0) this.#endBlock();
    else if (this.#outEnd >= OUTPUT_BYTES - LONGEST_MATCH) this.#slide();
    else return false;
    return true;
  }

  #endBlock(): void {
    this.#state = this.#isLastBlock ? "done" : "head";
  }

  #symbols(isEnd: boolean): boolean {
    const input = this.#input;
    const out = this.#out;
    const literals = this.#literals!.entries;
    const literalMask = literals.length - 1;
    const distances = this.#distances!.entries;
    const distanceMask = distances.length - 1;
    const endOfInput = input.length * 8;
    // Where a symbol may still begin: all of it is there, or this is the end and each is checked.
    const lastStart = isEnd ? endOfInput - 1 : endOfInput - SYMBOL_BITS;
    let position = this.#position;
    let end = this.#outEnd;
    let start = position;
    let damage: string | undefined;
    let isOver = false;

    while (position <= lastStart && end < OUTPUT_BYTES - LONGEST_MATCH) {
      start = position;
      let at = position >>> 3;
      // Beyond the input, a typed array gives undefined, which counts as 0 here.
      const entry =
        literals[((input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16)) >>> (position & 7)) & literalMask]!;
      position += entry & 15;
      const symbol = entry >>> 4;
      if (symbol < 256) {
        if (entry === 0) damage = "a symbol has no meaning";
        if (entry === 0 || position > endOfInput) break;
        out[end++] = symbol;
        continue;
      }
      if (symbol === 256) {
        isOver = position <= endOfInput;
        break;
      }
      if (symbol > 285) {
        damage = "a match has a length that does not exist";
        break;
      }
      at = position >>> 3;
      const lengthBits = LENGTH_BITS[symbol - 257]!;
      const length =
        LENGTH_BASE[symbol - 257]! +
        (((input[at]! | (input[at + 1]! << 8)) >>> (position & 7)) & ((1 << lengthBits) - 1));
      position += lengthBits;
      at = position >>> 3;
      const distanceEntry =
        distances[((input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16)) >>> (position & 7)) & distanceMask]!;
      position += distanceEntry & 15;
      const distanceSymbol = distanceEntry >>> 4;
      if (distanceEntry === 0 || distanceSymbol > 29) {
        damage = "a match has a distance that does not exist";
        break;
      }
      at = position >>> 3;
      const distanceBits = DISTANCE_BITS[distanceSymbol]!;
      const distance =
        DISTANCE_BASE[distanceSymbol]! +
        (((input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16)) >>> (position & 7)) &
          ((1 << distanceBits) - 1));
      position += distanceBits;
      if (position > endOfInput) break;
      if (distance > this.#written + end - this.#outStart) {
        damage = "a match begins before the data";
        break;
      }
      for (const stop = end + length; end < stop; end++) out[end] = out[end - distance]!;
    }

    this.#outEnd = end;
    if (position > endOfInput || (damage !== undefined && isEnd && endOfInput - start < SYMBOL_BITS)) {
      // The input ended within this symbol, so that what it says means nothing.
      this.#position = start;
      return false;
    }
    this.#position = position;
    if (damage !== undefined) return this.#fail(damage);
    if (isOver) this.#endBlock();
    else if (end >= OUTPUT_BYTES - LONGEST_MATCH) this.#slide();
    else return false;
    return true;
  }

  #emit(): void {
    if (this.#outEnd === this.#outStart) return;
    this.#sink(this.#out.subarray(this.#outStart, this.#outEnd));
    this.#written = Math.min(this.#written + this.#outEnd - this.#outStart, WINDOW);
    this.#outStart = this.#outEnd;
  }

  /** Gives on what there is, and keeps the window only. */
  #slide(): void {
    this.#emit();
    this.#out.copyWithin(0, this.#outEnd - WINDOW, this.#outEnd);
    this.#outStart = WINDOW;
    this.#outEnd = WINDOW;
  }
}
