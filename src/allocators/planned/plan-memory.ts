import type { Handle, IAllocator } from "../../allocator.ts";
import { OutOfMemoryError } from "../../errors.ts";
import type { RunPlan } from "../../plan/run-plan.ts";

/** The one block that all plans of an allocator share, locked for as long as it is held. */
export class PlanMemory {
  readonly #below: IAllocator;
  #handle: Handle | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #epoch = 0;

  constructor(below: IAllocator) {
    this.#below = below;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /**
   * Sees to it that a plan fits. No place may be in use, since the memory may be another one then.
   *
   * @returns false when the allocator below has no room
   */
  hold(plan: RunPlan): boolean {
    if ((this.#handle === undefined || plan.height > this.byteLength) && !this.#replace(plan.height)) return false;
    if (plan.epoch !== this.#epoch) plan.views.fill(undefined);
    plan.epoch = this.#epoch;
    return true;
  }

  /** The view of a step's block. */
  viewOf(plan: RunPlan, step: number): Uint8Array {
    return (plan.views[step] ??= new Uint8Array(
      this.#bytes.buffer,
      this.#start + plan.offsets[step]!,
      plan.sizes[step],
    ));
  }

  /** Gives the memory back. @returns its bytes */
  release(): number {
    if (this.#handle === undefined) return 0;
    const bytes = this.byteLength;
    this.#below.unlock(this.#handle);
    this.#below.free(this.#handle);
    this.#handle = undefined;
    this.#bytes = new Uint8Array(0);
    return bytes;
  }

  #replace(bytes: number): boolean {
    this.release();
    try {
      this.#handle = this.#below.alloc(bytes);
    } catch (error) {
      if (error instanceof OutOfMemoryError) return false;
      throw error;
    }
    this.#bytes = this.#below.lock(this.#handle);
    this.#start = this.#bytes.byteOffset;
    this.#epoch++;
    return true;
  }
}
