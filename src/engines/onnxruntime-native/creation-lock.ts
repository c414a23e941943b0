import { closeSync, openSync } from "node:fs";
import { EngineError } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";

const LOCK_EXCLUSIVE = 2;

/**
 * Runs `action` while no other thread of this process does.
 *
 * A session takes the allocator that is registered while it is made, and the process has one registration for all of its
 * threads: workers that make sessions at the same moment would get each other's. Threads of Node share no lock that they
 * did not hand each other before, but the system has one: a lock on a file. On Linux it is a file that each process has
 * for itself and that nobody writes; elsewhere the lock is left out, and sessions are best made one after the other.
 *
 * @throws {EngineError} when this thread is in the midst of another action: an allocator makes a session while a session
 *   is being made from it. The lock would wait for itself, and the registration is taken
 */
export function withCreationLock<T>(action: () => T): T {
  if (state.isHeld) {
    throw new EngineError(
      "A session is being made on this thread, and its allocator asks for another one. Make sessions outside of the " +
        "methods of an allocator.",
    );
  }
  state.isHeld = true;
  try {
    return withFileLock(action);
  } finally {
    state.isHeld = false;
  }
}

function withFileLock<T>(action: () => T): T {
  const flock = lockFunction();
  if (flock === undefined) return action();
  const file = openSync("/proc/self/cmdline", "r");
  try {
    flock(file, LOCK_EXCLUSIVE);
    return action();
  } finally {
    // Closing it unlocks it.
    closeSync(file);
  }
}

type FileLock = (file: number, operation: number) => number;

/** Of this thread. */
const state: { flock?: FileLock | undefined; isHeld: boolean } = { isHeld: false };

function lockFunction(): FileLock | undefined {
  if (process.platform !== "linux") return undefined;
  state.flock ??= loadKoffi()?.load(null).func("flock", "int", ["int", "int"]) as FileLock | undefined;
  return state.flock;
}
