import { TensorHeapError } from "../errors.ts";

/** A block that the code under test forgot. */
export interface LeakedBlock {
  /** Which alloc of the run it came from, counted from 1. */
  readonly alloc: number;
  /** In bytes. */
  readonly size: number;
}

/** What is wrong with the code under test. */
export type AllocationFailureKind = "leak" | "swallowed" | "wrong-error" | "endless";

/** The numbers behind an {@link AllocationFailureError}. */
export interface AllocationFailureDetails {
  readonly kind: AllocationFailureKind;
  /** Which alloc was made to fail, counted from 1; 0 when none was. */
  readonly failedAlloc: number;
  /** Bytes that the failing alloc asked for. */
  readonly failedSize: number;
  readonly leaked: readonly LeakedBlock[];
}

/** Code under test does not survive an alloc that fails, or forgets what it allocated. */
export class AllocationFailureError extends TensorHeapError {
  readonly code = "ERR_ALLOCATION_FAILURE";
  readonly kind: AllocationFailureKind;
  readonly failedAlloc: number;
  readonly failedSize: number;
  readonly leaked: readonly LeakedBlock[];

  constructor(message: string, details: AllocationFailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.kind = details.kind;
    this.failedAlloc = details.failedAlloc;
    this.failedSize = details.failedSize;
    this.leaked = details.leaked;
  }
}
