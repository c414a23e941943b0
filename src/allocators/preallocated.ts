import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { InvalidHandleError, LockError, OutOfMemoryError, assertSize, describe } from "../errors.ts";
import { HandleTable } from "../heap/handle-table.ts";
import { assertLockOp } from "./lock-op.ts";

const NAME = "PreallocatedAllocator";

/**
 * The one block that the caller brought, for everybody who asks: OpenVINO's `PreAllocator`. It is how a blob wraps an
 * existing array without a copy.
 *
 * - `alloc(n)` gives the same handle each time, as long as n fits.
 * - `lock` gives all of the caller's bytes, whatever was asked for.
 * - The memory must stay as it is: a lock of memory that was detached or shrunk is refused.
 * - `free` is always false: the memory is the caller's.
 */
export class PreallocatedAllocator implements IAllocator {
  readonly #handles: HandleTable = new HandleTable("wrappers");
  readonly #handle: Handle;
  readonly #bytes: Uint8Array;
  readonly #byteLength: number;

  /**
   * @param memory a buffer, or a view of one: a typed array's offset and length are honoured
   * @throws {TypeError} with code `ERR_MEMORY` when it is neither, or detached
   */
  constructor(memory: ArrayBufferLike | ArrayBufferView) {
    this.#bytes = bytesOf(memory);
    this.#byteLength = this.#bytes.byteLength;
    this.#handle = this.#handles.open() as Handle;
  }

  /** @throws {OutOfMemoryError} when `size` is more than the caller brought */
  alloc(size: number): Handle {
    assertSize(size);
    const limitBytes = this.#byteLength;
    if (size <= limitBytes) return this.#handle;
    const numbers = { requestedBytes: size, liveBytes: 0, limitBytes, largestFreeBytes: limitBytes };
    throw new OutOfMemoryError({ allocator: NAME, ...numbers, hint: "Bring a larger array, or ask for less." });
  }

  lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  lock(handle: Handle, op?: LockOp): Uint8Array;
  lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    assertLockOp(op);
    if (handle !== this.#handle) throw new InvalidHandleError(NAME, "lock", handle);
    if (this.#bytes.byteLength !== this.#byteLength) {
      throw new LockError(
        `${NAME}.lock: the memory had ${this.#byteLength} bytes and has ${this.#bytes.byteLength} now: it was detached ` +
          "or shrunk. Keep it as it is for as long as it is wrapped.",
        handle,
      );
    }
    this.#handles.lock(handle);
    return this.#bytes;
  }

  unlock(handle: Handle): void {
    if (handle !== this.#handle) throw new InvalidHandleError(NAME, "unlock", handle);
    if (!this.#handles.unlock(handle)) throw LockError.notLocked(NAME, handle);
  }

  free(_handle: Handle): boolean {
    return false;
  }
}

function bytesOf(memory: ArrayBufferLike | ArrayBufferView): Uint8Array {
  try {
    return viewOf(memory);
  } catch (cause) {
    const message = `memory must be a typed array, a DataView or a buffer that is not detached, not ${describe(memory)}.`;
    throw Object.assign(new TypeError(message, { cause }), { code: "ERR_MEMORY" });
  }
}

function viewOf(memory: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(memory)) return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
  const shared = typeof SharedArrayBuffer !== "undefined" && memory instanceof SharedArrayBuffer;
  if (shared || memory instanceof ArrayBuffer) return new Uint8Array(memory);
  throw new TypeError("no buffer");
}
