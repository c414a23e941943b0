import { NativeWords } from "../../platform/native-words.ts";
import type { Pointer } from "./ort-api.ts";

/** Names as C wants them: an array of pointers to texts that end in 0. Keep the object for as long as they are used. */
export class NativeNames {
  readonly #texts: NativeWords;
  readonly #pointers: NativeWords;

  constructor(names: readonly string[]) {
    const encoded = names.map((name) => new TextEncoder().encode(`${name}\0`));
    const total = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
    this.#texts = new NativeWords(Math.ceil(total / 8));
    this.#pointers = new NativeWords(names.length);
    let at = 0;
    for (const [i, bytes] of encoded.entries()) {
      this.#texts.bytes.set(bytes, at);
      this.#pointers.set(i, this.#texts.address + at);
      at += bytes.length;
    }
  }

  get address(): Pointer {
    return this.#pointers.address;
  }
}
