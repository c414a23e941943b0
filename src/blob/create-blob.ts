import type { IAllocator } from "../allocator.ts";
import { isAllocator } from "../allocators/is-allocator.ts";
import { BlobError, describe } from "../errors.ts";
import type { PrecisionName } from "./precision.ts";
import { TBlob } from "./tblob.ts";
import type { TensorDescLike } from "./tensor-desc.ts";
import type { WrappableOf } from "./typed-data.ts";

/** Where a blob's memory comes from: one of the two, or neither for the default allocator. */
export interface CreateBlobOptions<P extends PrecisionName = PrecisionName> {
  readonly allocator?: IAllocator | undefined;
  /** Wrapped, never copied: the blob reads and writes this array. */
  readonly data?: WrappableOf<P> | undefined;
}

/**
 * A blob that is allocated at once, or that wraps an array of the caller's.
 *
 * @throws {DescError} for a desc that makes no sense
 * @throws {BlobError} for data of the wrong type or with too few bytes, and for both an allocator and data
 * @throws {OutOfMemoryError} when the allocator has no room
 *
 * @example
 * using blob = createBlob({ precision: "FP32", dims: [1, 3, 224, 224], layout: "NCHW" });
 * { using map = blob.wmap(); map.data.set(pixels); }
 */
export function createBlob<P extends PrecisionName>(
  desc: TensorDescLike<P>,
  options: CreateBlobOptions<NoInfer<P>> = {},
): TBlob<P> {
  assertOptions(options);
  const { allocator, data } = options;
  // Without a type checker, null would be a new block where an array was meant.
  if (allocator === null || data === null) {
    throw new BlobError(`The ${data === null ? "data" : "allocator"} of a blob is null. Leave it out, or bring one.`);
  }
  if (allocator !== undefined && data !== undefined) {
    throw new BlobError("A blob either wraps data or is allocated. Leave out the allocator, or copy the data in.");
  }
  const blob = new TBlob<P>(desc, data ?? allocator);
  if (!blob.isAllocated) blob.allocate();
  return blob;
}

/** An allocator or an array in place of the options would be ignored without a word. */
function assertOptions(options: unknown): void {
  const isObject = typeof options === "object" && options !== null;
  if (isObject && !isAllocator(options) && !ArrayBuffer.isView(options)) return;
  throw new BlobError(`The options of a blob are { allocator } or { data }, not ${describe(options)}.`);
}
