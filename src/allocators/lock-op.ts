import { LockOp } from "../allocator.ts";
import { describe } from "../errors.ts";

/** Throws unless `op` is a {@link LockOp}. @throws {TypeError} with code `ERR_LOCK_OP` */
export function assertLockOp(op: unknown): asserts op is LockOp {
  if (op === LockOp.LOCK_FOR_WRITE || op === LockOp.LOCK_FOR_READ) return;
  const message = `op must be LockOp.LOCK_FOR_READ (0) or LockOp.LOCK_FOR_WRITE (1), not ${describe(op)}.`;
  throw Object.assign(new TypeError(message), { code: "ERR_LOCK_OP" });
}
