import type { IAllocator } from "../allocator.ts";
import { defaultAllocator, setDefaultAllocator } from "../allocators/default.ts";
import { SystemAllocator } from "../allocators/system.ts";
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
 * @throws whatever the function throws, leaks or not
 */
export function expectNoLeaks<R>(run: (allocator: IAllocator) => R, options: NoLeaksOptions = {}): R {
  const { upstream = new SystemAllocator(), watchDefault = true } = options;
  const given = new LiveLedger(upstream, true);
  const restored = watchDefault ? defaultAllocator() : undefined;
  const byDefault = restored === undefined ? undefined : new LiveLedger(restored, true);
  const finish = (): void => {
    // Unless the function set another one.
    if (byDefault !== undefined && defaultAllocator() === byDefault) setDefaultAllocator(restored);
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
  let result: R;
  try {
    result = run(given);
  } catch (error) {
    finish();
    throw error;
  }
  if (!isThenable(result)) return judge(result);
  const fail = (error: unknown): never => {
    finish();
    throw error;
  };
  return result.then(judge, fail) as R;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
