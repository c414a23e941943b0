import { OutOfMemoryError } from "../../errors.ts";
import { INDEX_MASK } from "../../heap/handle.ts";
import { guardedBytes } from "./canary.ts";

/**
 * The error of a guard in the user's numbers: what the guard adds to a block is not the user's.
 *
 * @param bytesBelow what the upstream holds for live blocks
 * @param cause the upstream's refusal; undefined when all handles are live
 */
export function guardOutOfMemory(
  name: string,
  requestedBytes: number,
  liveBytes: number,
  bytesBelow: number,
  cause: OutOfMemoryError | undefined,
): OutOfMemoryError {
  if (cause === undefined) {
    const hint = `All ${INDEX_MASK} handles are live; free some first.`;
    const numbers = { requestedBytes, liveBytes, limitBytes: Infinity, largestFreeBytes: 0 };
    return new OutOfMemoryError({ allocator: name, ...numbers, hint });
  }
  const added = bytesBelow - liveBytes;
  const numbers = {
    requestedBytes,
    // Others may use the upstream, too.
    liveBytes: Math.max(liveBytes, cause.liveBytes - added),
    limitBytes: cause.limitBytes,
    largestFreeBytes: withoutCanaries(cause.largestFreeBytes),
  };
  const hint = `Canaries take ${added} bytes of it. Free something first, raise the limit, or guard a sample only.`;
  return new OutOfMemoryError({ allocator: cause.allocator, ...numbers, hint }, { cause });
}

/** Of so many bytes of the upstream, those that a guarded block can have. */
export function withoutCanaries(bytes: number): number {
  return Math.max(0, bytes - guardedBytes(0));
}
