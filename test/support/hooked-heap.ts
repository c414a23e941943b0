import { Adaptor } from "../../src/adaptors/adaptor.ts";
import type { Handle } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";

/** A heap that lets a test in on its calls. What a hook throws, the call throws. */
export class HookedHeap extends Adaptor<HeapAllocator> {
  beforeAlloc: (() => void) | undefined;
  afterUnlock: (() => void) | undefined;
  afterFree: (() => void) | undefined;

  constructor() {
    super(new HeapAllocator());
  }

  override alloc(size: number): Handle {
    this.beforeAlloc?.();
    return super.alloc(size);
  }

  override unlock(handle: Handle): void {
    super.unlock(handle);
    this.afterUnlock?.();
  }

  override free(handle: Handle): boolean {
    const isFree = super.free(handle);
    this.afterFree?.();
    return isFree;
  }
}

/** A hook: the call was carried out, and throws all the same. */
export function complain(): never {
  throw new TypeError("unlocked, but not gladly");
}
