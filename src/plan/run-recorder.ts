/**
 * Writes down what one run allocates and frees, in order, so that it can be planned.
 *
 * A run is a list of int32 events: an allocation is its size in bytes, a free is the inverted number of the allocation
 * that it ends. Allocations are numbered from 0 within the run; such a number is called a step. What was allocated before
 * the run and freed in it is no event of the run.
 */

/** The largest size that an event can be, 1 GiB: what is above it in an int32 says other things in a plan. */
export const MAX_EVENT_SIZE: number = 2 ** 30;

export class RunRecorder {
  #events: Int32Array = new Int32Array(1024);
  #length = 0;
  #steps = 0;
  #live = 0;
  #isPlannable = true;
  readonly #limit: number;

  /** @param limit events to keep; a longer run cannot be planned */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Allocations of the run that it did not free. */
  get liveCount(): number {
    return this.#live;
  }

  /** Whether the run did nothing yet. */
  get isEmpty(): boolean {
    return this.#length === 0 && this.#isPlannable;
  }

  /** False when the run has no events, too many, or an allocation of more than {@link MAX_EVENT_SIZE}. */
  get isPlannable(): boolean {
    return this.#isPlannable && this.#length > 0;
  }

  /** The events so far; the array is the recorder's own. */
  get events(): Int32Array {
    return this.#events.subarray(0, this.#length);
  }

  /** Starts over, with what a run did so far. */
  restart(prefix: Int32Array): void {
    this.#length = 0;
    this.#steps = 0;
    this.#live = 0;
    this.#isPlannable = true;
    for (const event of prefix) {
      if (event >= 0) this.allocate(event);
      else this.free(~event);
    }
  }

  /** @returns the step */
  allocate(size: number): number {
    if (size > MAX_EVENT_SIZE) this.#isPlannable = false;
    this.#push(size);
    this.#live++;
    return this.#steps++;
  }

  free(step: number): void {
    this.#push(~step);
    this.#live--;
  }

  #push(event: number): void {
    if (this.#length === this.#limit) this.#isPlannable = false;
    if (!this.#isPlannable) return;
    if (this.#length === this.#events.length) {
      const longer = new Int32Array(this.#events.length * 2);
      longer.set(this.#events);
      this.#events = longer;
    }
    this.#events[this.#length++] = event;
  }
}
