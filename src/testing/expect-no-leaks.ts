import type { IAllocator } from "../allocator.ts";
import { defaultAllocator, setDefaultAllocator } from "../allocators/default.ts";
import { SystemAllocator } from "../allocators/system.ts";
import { describe, optionError } from "../errors.ts";
import { LeakError } from "./leak-error.ts";
import { LiveLedger } from "./live-ledger.ts";

/** What is watched, and where the memory comes from. */
export interface NoLeaksOptions {
  /** What the given allocator allocates from. Default: a new `SystemAllocator`. */
  readonly upstream?: IAllocator;
  /**
   * Whether the default allocator is watched, too, while the function runs: that of every blob which is given none.
   * Anything else that uses it meanwhile is then counted. Default: true.
   */
  readonly watchDefault?: boolean;
}

/**
 * Runs a function and asserts that it freed what it allocated, through the allocator that it is given and through the
 * default allocator. For tests, under any test runner.
 *
 * ```ts
 * test("a frame leaks nothing", () => expectNoLeaks((allocator) => detect(frame, { allocator })));
 * ```
 *
 * A function that returns a promise is watched until that is settled; await what this returns then. Blocks that leaked
 * stay as they are.
 *
 * @returns what the function returns
 * @throws {LeakError} with the blocks and where each was allocated
 * @throws {TypeError} with code `ERR_OPTIONS` when it is given no function, or options that are none
 * @throws {BlobError} when `upstream` is no allocator
 * @throws whatever the function throws, leaks or not
 */
export function expectNoLeaks<R>(run: (allocator: IAllocator) => R, options: NoLeaksOptions = {}): R {
  assertArguments(run, options);
  const { upstream = new SystemAllocator(), watchDefault = true } = options;
  const given = new LiveLedger(upstream, true);
  const byDefault = watchDefault ? new LiveLedger(defaultAllocator(), true) : undefined;
  const finish = (): void => {
    if (byDefault !== undefined) endWatch(byDefault);
  };
  const judge = <T>(result: T): T => {
    finish();
    const leaks = [...given.leaked(), ...(byDefault?.leaked() ?? [])];
    if (leaks.length === 0) return result;
    throw new LeakError(
      leaks.map(({ alloc, size, site }) => ({
        alloc,
        size,
        site: site?.location ?? "unknown",
        trace: site?.trace ?? "",
      })),
    );
  };
  if (byDefault !== undefined) setDefaultAllocator(byDefault);
  const fail = (error: unknown): never => {
    finish();
    throw error;
  };
  let result: R;
  try {
    result = run(given);
    // Within the try: a promise of somebody else's making may throw here.
    if (isThenable(result)) return result.then(judge, fail) as R;
  } catch (error) {
    return fail(error);
  }
  return judge(result);
}

/** Watches of the default allocator that have ended, whether they still are the default or below it. */
const ended = new WeakSet<IAllocator>();

/**
 * Restores the default allocator, unless the function set another one. Watches that overlap end in any order: where a
 * later one still is the default, it skips this one when it ends itself.
 */
function endWatch(ledger: LiveLedger): void {
  ended.add(ledger);
  let current = defaultAllocator();
  if (!ended.has(current)) return;
  while (current instanceof LiveLedger && ended.has(current)) current = current.upstream;
  setDefaultAllocator(current);
}

function assertArguments(run: unknown, options: unknown): void {
  if (typeof run !== "function") {
    throw optionError(`expectNoLeaks runs a function, not ${describe(run)}. Give it one that takes an allocator.`);
  }
  if (typeof options !== "object" || options === null) {
    throw optionError(
      `The options of expectNoLeaks are { upstream, watchDefault }, not ${describe(options)}. Leave them out for the defaults.`,
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
