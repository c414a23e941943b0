import { Blob } from "./blob.ts";
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
