import { FailingAdaptor } from "../adaptors/failing.ts";
import type { IAllocator } from "../allocator.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { OutOfMemoryError, describe } from "../errors.ts";
import type { AllocationFailureDetails, AllocationFailureKind } from "./allocation-failure-error.ts";
import { AllocationFailureError } from "./allocation-failure-error.ts";
import { LiveLedger } from "./live-ledger.ts";

/** How {@link checkAllAllocationFailures} runs the code. Every option has a default. */
export interface AllocationFailureOptions<A extends IAllocator = IAllocator> {
  /** Gives the allocator for one run. Default: a new `SystemAllocator`. */
  readonly make?: () => A;
  /** Called after each run with the allocator of that run; every handle is freed by then. */
  readonly dispose?: (allocator: A) => void | Promise<void>;
  /** The code may go on after an alloc failed, for example with a smaller block. Default: false, it must throw. */
  readonly allowRecovery?: boolean;
  /** Allocs in one run above which it is taken to be endless. Default: 10,000. */
  readonly maxAllocations?: number;
}

/** What {@link checkAllAllocationFailures} did. */
export interface AllocationFailureReport {
  /** Allocs in the run in which none failed. */
  readonly allocations: number;
  /** Runs in which one failed. */
  readonly failuresTried: number;
}

/**
 * Proves that code survives every failing alloc: calls `run` again and again, and makes the 1st, 2nd, 3rd … alloc fail
 * with an {@link OutOfMemoryError} in turn, until a run comes through without meeting the failing one.
 *
 * ```ts
 * await checkAllAllocationFailures((allocator) => {
 *   const blob = createBlob(desc, { allocator });
 *   try { work(blob); } finally { blob.deallocate(); }
 * });
 * ```
 *
 * A run in which an alloc failed must throw that error, or one that has it as its `cause` at any depth; and no run may
 * leave a handle live, whether it threw or not. `run` must do the same each time.
 *
 * @throws {AllocationFailureError} of kind `leak` (says which allocs), `swallowed` (the run finished although an alloc
 *   had failed), `wrong-error` (another error was thrown; it is the `cause`) or `endless`
 * @throws whatever `run` throws when no alloc was made to fail
 */
export async function checkAllAllocationFailures<A extends IAllocator = IAllocator>(
  run: (allocator: IAllocator) => unknown,
  options: AllocationFailureOptions<A> = {},
): Promise<AllocationFailureReport> {
  const { allowRecovery = false, maxAllocations = 10_000 } = options;
  const make: () => IAllocator = options.make ?? ((): IAllocator => new SystemAllocator());
  const dispose = options.dispose as ((allocator: IAllocator) => void | Promise<void>) | undefined;
  for (let failAt = 1; failAt <= maxAllocations; failAt++) {
    const inner = make();
    const failing = new FailingAdaptor(inner, { nth: failAt, name: "checkAllAllocationFailures" });
    const ledger = new LiveLedger(failing, false);
    // One run after the other: each is about the alloc after the one before.
    // oxlint-disable-next-line no-await-in-loop
    const thrown = await outcomeOf(run, ledger);
    const leaked = ledger.leaked().map(({ alloc, size }) => ({ alloc, size }));
    ledger.releaseAll();
    // oxlint-disable-next-line no-await-in-loop
    await dispose?.(inner);
    const injected = failing.lastFailure;
    judge(injected, thrown, { failedAlloc: injected ? failAt : 0, leaked }, allowRecovery);
    if (injected === undefined) return { allocations: failing.allocations, failuresTried: failAt - 1 };
  }
  const details = {
    kind: "endless",
    failedAlloc: maxAllocations,
    failedSize: 0,
    leaked: [],
  } as const;
  throw new AllocationFailureError(
    `A run still allocates after ${maxAllocations} allocs, and may never end. Make it smaller, or raise maxAllocations.`,
    details,
  );
}

interface Thrown {
  readonly error: unknown;
}

async function outcomeOf(run: (allocator: IAllocator) => unknown, allocator: IAllocator): Promise<Thrown | undefined> {
  try {
    await run(allocator);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Throws when the run was wrong. */
function judge(
  injected: OutOfMemoryError | undefined,
  thrown: Thrown | undefined,
  seen: Pick<AllocationFailureDetails, "failedAlloc" | "leaked">,
  allowRecovery: boolean,
): void {
  const failedSize = injected?.requestedBytes ?? 0;
  const failed = `alloc ${seen.failedAlloc} (${failedSize} bytes)`;
  const fail = (kind: AllocationFailureKind, message: string, cause?: unknown): never => {
    throw new AllocationFailureError(
      message,
      { kind, failedSize, ...seen },
      cause === undefined ? undefined : { cause },
    );
  };
  if (thrown !== undefined) {
    if (injected === undefined) throw thrown.error;
    if (!isOutOfMemory(thrown.error)) {
      const got = thrown.error instanceof Error ? String(thrown.error) : describe(thrown.error);
      fail(
        "wrong-error",
        `${failed} failed, and the run threw another error: ${got} Pass the OutOfMemoryError on, or make it the cause.`,
        thrown.error,
      );
    }
  } else if (injected !== undefined && !allowRecovery) {
    fail(
      "swallowed",
      `${failed} failed, and the run finished as if it had not. Throw the error, or set allowRecovery when that is meant.`,
    );
  }
  if (seen.leaked.length === 0) return;
  const blocks = seen.leaked.map(({ alloc, size }) => `alloc ${alloc} (${size} bytes)`).join(", ");
  const when = injected === undefined ? "no alloc failed" : `${failed} failed`;
  fail(
    "leak",
    `${blocks} still live after a run in which ${when}. Free them in a finally, or with using.`,
    thrown?.error,
  );
}

/** Whether an error is an OutOfMemoryError, or was caused by one. */
function isOutOfMemory(error: unknown): boolean {
  const seen = new Set<unknown>();
  const open = [error];
  for (let next = open.pop(); next instanceof Error && !seen.has(next); next = open.pop()) {
    if (next instanceof OutOfMemoryError) return true;
    seen.add(next);
    open.push(next.cause);
  }
  return false;
}
