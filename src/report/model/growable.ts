type Numbers = Float64Array | Int32Array | Uint8Array;

/** A typed array that doubles as it fills. */
export class Growable<T extends Numbers> {
  length = 0;
  #values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = this.#make(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** What was pushed, in an array of just that length. */
  take(): T {
    return this.#values.slice(0, this.length) as T;
  }
}

export function growableInts(): Growable<Int32Array> {
  return new Growable((length) => new Int32Array(length));
}

export function growableFloats(): Growable<Float64Array> {
  return new Growable((length) => new Float64Array(length));
}

export function growableBytes(): Growable<Uint8Array> {
  return new Growable((length) => new Uint8Array(length));
}
