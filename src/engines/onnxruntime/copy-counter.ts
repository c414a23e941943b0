/** Counts copies of tensors that a session and the engine below it made. */
export class CopyCounter {
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A copy of no bytes is none. */
  add(bytes: number): void {
    if (bytes === 0) return;
    this.#count++;
    this.#bytes += bytes;
  }
}
