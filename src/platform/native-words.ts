/**
 * Memory for the structures that native code reads and writes: 64-bit words in a buffer of the runtime, whose address
 * never changes. Whoever gives the address away keeps the object for as long as native code may use it.
 */
import { addressOf } from "./native-address.ts";

/** 2^32. */
const HIGH = 4_294_967_296;

export class NativeWords {
  /** Of the first word. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly #halves: Uint32Array;

  /** @param count words of 8 bytes, which begin as 0 */
  constructor(count: number) {
    // Never as few as 64 bytes: V8 keeps those on its own heap, where they move.
    this.bytes = new Uint8Array(new ArrayBuffer(Math.max(count * 8, 128)));
    this.#halves = new Uint32Array(this.bytes.buffer);
    this.address = addressOf(this.bytes);
  }

  addressAt(index: number): number {
    return this.address + index * 8;
  }

  /** A word as a number; above 2^53 it is rounded. */
  get(index: number): number {
    return this.#halves[index * 2 + 1]! * HIGH + this.#halves[index * 2]!;
  }

  /** @param value an integer above -2^53; a negative one is written as its two's complement */
  set(index: number, value: number): void {
    this.#halves[index * 2] = value;
    this.#halves[index * 2 + 1] = Math.floor(value / HIGH);
  }

  /** The lower half of a word. */
  getLow(index: number): number {
    return this.#halves[index * 2]!;
  }
}
