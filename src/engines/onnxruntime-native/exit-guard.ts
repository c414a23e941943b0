/**
 * Lets the process end while asynchronous runs are under way.
 *
 * A run on another thread that calls back waits for this thread's event loop. When the process exits, by `process.exit()`
 * or an error that nobody catches, the loop is over, and Node joins its threads at the very end: both would wait for ever.
 * So while such a run is under way, a listener to "exit" ends the process itself, by the system's `_exit`, with Node's own
 * exit code. It calls the other listeners to "exit" before. What is left out is what Node does after them: handlers of native
 * addons, and the files of profiles and coverage.
 *
 * Only the main thread does this. A worker's end is not the process's.
 */
import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { isMainThread } from "node:worker_threads";
import { loadKoffi } from "../../platform/koffi.ts";

const STDERR = 2;

let runs = 0;
/** An error that nobody catches. Node prints it after "exit", so where it does not get to that, it is printed here. */
let fatal: { readonly error: unknown } | undefined;

/** A run that may call back begins on another thread. */
export function enterAsyncRun(): void {
  if (runs++ > 0 || !isMainThread) return;
  process.on("uncaughtExceptionMonitor", note);
  process.prependListener("exit", end);
}

/** It has ended. */
export function leaveAsyncRun(): void {
  if (--runs > 0 || !isMainThread) return;
  process.off("uncaughtExceptionMonitor", note);
  process.off("exit", end);
}

function note(error: unknown): void {
  const isCaught = process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback();
  if (!isCaught) fatal = { error };
}

function end(code: number): void {
  const exit = exitFunction();
  if (exit === undefined) return;
  if (fatal !== undefined) print(fatal.error);
  process.exitCode ??= code;
  // This listener is the first, so the others are called here, and an error ends that as it would in Node.
  const listeners = process.rawListeners("exit");
  try {
    for (const listener of listeners.slice(listeners.indexOf(end) + 1)) listener.call(process, code);
  } catch (error) {
    print(error);
    process.exitCode = 1;
  }
  exit(Number(process.exitCode));
}

function print(error: unknown): void {
  try {
    const what = error instanceof Error ? inspect(error) : `Uncaught ${inspect(error)}`;
    writeSync(STDERR, `${what}\n\nNode.js ${process.version}\n`);
  } catch {
    // Nobody reads it.
  }
}

/** @returns undefined on Windows, whose C library has another name and was not tried */
function exitFunction(): ((code: number) => unknown) | undefined {
  if (process.platform === "win32") return undefined;
  try {
    return loadKoffi()?.load(null).func("_exit", "void", ["int"]);
  } catch {
    return undefined;
  }
}
