import { FREE } from "../lib/trace.ts";
import type { Events } from "./program.ts";

/** Collects events one by one. */
export class EventsBuilder {
  readonly #slots: number[] = [];
  readonly #sizes: number[] = [];

  get length(): number {
    return this.#sizes.length;
  }

  alloc(slot: number, size: number): void {
    this.#slots.push(slot);
    this.#sizes.push(size);
  }

  free(slot: number): void {
    this.alloc(slot, FREE);
  }

  build(): Events {
    return { slots: Int32Array.from(this.#slots), sizes: Int32Array.from(this.#sizes) };
  }
}
