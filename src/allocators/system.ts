import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { InvalidHandleError, LockError, OutOfMemoryError, assertSize } from "../errors.ts";
import { HandleTable, slotOf } from "../heap/handle-table.ts";
import { INDEX_MASK } from "../heap/handle.ts";
import { assertLockOp } from "./lock-op.ts";

const NAME = "SystemAllocator";

/**
 * A block of its own per `alloc`, from the JavaScript heap: OpenVINO's `SystemMemoryAllocator`.
 *
 * Blocks are zeroed. After `free`, the memory goes when the collector gets to it. Nothing is pooled and nothing is
 * aligned beyond what the runtime does (16 bytes); use `HeapAllocator` where speed or alignment matter.
 */
export class SystemAllocator implements IAllocator {
  readonly #handles: HandleTable = new HandleTable();
  readonly #blocks: (Uint8Array | undefined)[] = [undefined];
  /** Bytes asked for: a block that was transferred says 0. */
  readonly #sizes: number[] = [0];
  #liveBytes = 0;

  /** @throws {OutOfMemoryError} when the runtime refuses, or 262,143 handles are live */
  alloc(size: number): Handle {
    assertSize(size);
    const block = this.#take(size);
    const handle = this.#handles.open();
    if (handle < 0) throw this.#outOfMemory(size, `All ${INDEX_MASK} handles are live; free some first.`);
    this.#blocks[slotOf(handle)] = block;
    this.#sizes[slotOf(handle)] = size;
    this.#liveBytes += size;
    return handle as Handle;
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    assertLockOp(op);
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "lock", handle);
    this.#handles.lock(handle);
    return this.#blocks[slotOf(handle)]!;
  }

  unlock(handle: Handle): void {
    if (!this.#handles.isLive(handle)) throw new InvalidHandleError(NAME, "unlock", handle);
    if (!this.#handles.unlock(handle)) throw LockError.notLocked(NAME, handle);
  }

  free(handle: Handle): boolean {
    if (!this.#handles.close(handle)) return false;
    this.#liveBytes -= this.#sizes[slotOf(handle)]!;
    this.#blocks[slotOf(handle)] = undefined;
    return true;
  }

  #take(size: number): Uint8Array {
    try {
      return new Uint8Array(size);
    } catch (cause) {
      throw this.#outOfMemory(size, "The JavaScript runtime refused; free something, or allocate less at once.", cause);
    }
  }

  #outOfMemory(requestedBytes: number, hint: string, cause?: unknown): OutOfMemoryError {
    const numbers = { requestedBytes, liveBytes: this.#liveBytes, limitBytes: Infinity, largestFreeBytes: 0 };
    return new OutOfMemoryError({ allocator: NAME, ...numbers, hint }, cause === undefined ? undefined : { cause });
  }
}
