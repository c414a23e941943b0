import type { Handle, IAllocator } from "../allocator.ts";
import { Adaptor } from "../adaptors/adaptor.ts";
import { captureCallSite } from "../adaptors/call-site.ts";
import type { CallSite } from "../adaptors/call-site.ts";
import { assertSize } from "../errors.ts";

/** A block that is live, and where it came from. */
export interface LedgerBlock {
  /** Which alloc it came from, counted from 1, refused ones included. */
  readonly alloc: number;
  /** In bytes. */
  readonly size: number;
  /** `undefined` when the ledger takes none. */
  readonly site: CallSite | undefined;
}

/** Knows every block that was allocated through it and not freed. For tests: it takes time and memory for each. */
export class LiveLedger extends Adaptor {
  readonly #takesSites: boolean;
  readonly #live = new Map<Handle, LedgerBlock>();
  #allocations = 0;

  /** @param takesSites whether it keeps where each block was allocated, which takes about 10 µs a block */
  constructor(upstream: IAllocator, takesSites: boolean) {
    super(upstream);
    this.#takesSites = takesSites;
  }

  override alloc(size: number): Handle {
    assertSize(size);
    this.#allocations++;
    const handle = this.upstream.alloc(size);
    // Only names the frame that the user's are above of.
    // oxlint-disable-next-line typescript/unbound-method
    const site = this.#takesSites ? captureCallSite(LiveLedger.prototype.alloc) : undefined;
    this.#live.set(handle, { alloc: this.#allocations, size, site });
    return handle;
  }

  override free(handle: Handle): boolean {
    const freed = this.upstream.free(handle);
    if (freed) this.#live.delete(handle);
    return freed;
  }

  /** The blocks that are live, in the order of their allocs. */
  leaked(): readonly LedgerBlock[] {
    return [...this.#live.values()];
  }

  /** Frees what is live, locked or not, so that an allocator that is used again starts empty. */
  releaseAll(): void {
    for (const handle of this.#live.keys()) {
      try {
        while (!this.upstream.free(handle)) this.upstream.unlock(handle);
      } catch {
        // Nothing to unlock and still not freed: the allocator never frees this block.
      }
    }
    this.#live.clear();
  }
}
