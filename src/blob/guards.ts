import { BatchedBlob } from "./batched-blob.ts";
import { Blob } from "./blob.ts";
import { CompoundBlob } from "./compound-blob.ts";
import { I420Blob } from "./image/i420-blob.ts";
import { NV12Blob } from "./image/nv12-blob.ts";
import { MemoryBlob } from "./memory-blob.ts";
import type { PrecisionName } from "./precision.ts";
import { TBlob } from "./tblob.ts";

/** Whether it is a blob of any kind. */
export function isBlob(value: unknown): value is Blob {
  return value instanceof Blob;
}

/** Whether it is a blob with one block of memory. */
export function isMemoryBlob(value: unknown): value is MemoryBlob {
  return value instanceof MemoryBlob;
}

/** Whether it is a blob in host memory, and of that precision if one is named. */
export function isTBlob<P extends PrecisionName = PrecisionName>(value: unknown, precision?: P): value is TBlob<P> {
  return value instanceof TBlob && (precision === undefined || value.desc.precision.kind === precision);
}

/** Whether it is a blob of blobs: of any kind, batches and pictures included. */
export function isCompoundBlob(value: unknown): value is CompoundBlob {
  return value instanceof CompoundBlob;
}

/** Whether it is a batch of blobs. */
export function isBatchedBlob(value: unknown): value is BatchedBlob {
  return value instanceof BatchedBlob;
}

/** Whether it is a picture of a luma and an interleaved chroma plane. */
export function isNV12Blob(value: unknown): value is NV12Blob {
  return value instanceof NV12Blob;
}

/** Whether it is a picture of a luma and two chroma planes. */
export function isI420Blob(value: unknown): value is I420Blob {
  return value instanceof I420Blob;
}
