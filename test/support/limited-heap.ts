import { Adaptor } from "../../src/adaptors/adaptor.ts";
import type { Handle } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { OutOfMemoryError } from "../../src/errors.ts";

/** A heap whose limits a test can change at any time. */
export class LimitedHeap extends Adaptor<HeapAllocator> {
  /** Bytes that may be live. */
  limitBytes: number = Infinity;
  /** Allocations that will succeed from now on. */
  allocationsLeft: number = Infinity;
  refusals = 0;

  constructor() {
    super(new HeapAllocator());
  }

  override alloc(size: number): Handle {
    const { liveBytes } = this.stats();
    if (this.allocationsLeft <= 0 || liveBytes + size > this.limitBytes) {
      this.refusals++;
      const limitBytes = this.allocationsLeft <= 0 ? liveBytes : this.limitBytes;
      const largestFreeBytes = Math.max(0, limitBytes - liveBytes);
      const numbers = { requestedBytes: size, liveBytes, limitBytes, largestFreeBytes };
      throw new OutOfMemoryError({ allocator: "LimitedHeap", ...numbers });
    }
    this.allocationsLeft--;
    return super.alloc(size);
  }
}
