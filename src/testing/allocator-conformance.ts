import type { IAllocator } from "../allocator.ts";
import { allocCases } from "./conformance/alloc-cases.ts";
import type { CaseDefinition } from "./conformance/case-context.ts";
import { CaseContext, assertCounts } from "./conformance/case-context.ts";
import { exhaustionCases } from "./conformance/exhaustion-cases.ts";
import { handleCases } from "./conformance/handle-cases.ts";
import { lockCases } from "./conformance/lock-cases.ts";
import { oneBlockCases } from "./conformance/one-block-cases.ts";
import { pooledCases } from "./conformance/pooled-cases.ts";
import { sizeCases } from "./conformance/size-cases.ts";
import type { ConformanceTraits, ResolvedTraits } from "./conformance/traits.ts";
import { resolveTraits } from "./conformance/traits.ts";

/** One rule of the contract, to be run under any test runner. */
export interface ConformanceCase {
  /** A sentence that says the rule. */
  readonly name: string;
  /**
   * Checks the rule on a fresh allocator. Returns a promise only when `traits.dispose` does.
   *
   * @throws {ContractViolationError} when the rule is broken, with what was expected and what was there;
   *   any other error is the allocator's own, thrown where the contract allows none
   */
  readonly run: () => void | Promise<void>;
}

const DEFINITIONS: readonly CaseDefinition[] = [
  ...allocCases,
  ...lockCases,
  ...handleCases,
  ...sizeCases,
  ...exhaustionCases,
  ...pooledCases,
  ...oneBlockCases,
];

/**
 * The contract of {@link IAllocator}, rule by rule, for people who write an allocator of their own.
 *
 * ```ts
 * for (const { name, run } of allocatorConformance(() => new MyAllocator())) test(name, run);
 * ```
 *
 * Cases that do not apply to the allocator are not in the list, so that no case passes without having looked. Each case
 * makes an allocator, frees every handle it took and disposes the allocator; a pooled one must then have nothing live.
 *
 * @param make gives a new allocator each time it is called
 * @throws {RangeError} when `traits.limitBytes` is too small for the cases
 */
export function allocatorConformance<A extends IAllocator>(
  make: () => A,
  traits: ConformanceTraits<A> = {},
): readonly ConformanceCase[] {
  const resolved = resolveTraits(make, traits);
  const applies = (definition: CaseDefinition): boolean => definition.applies?.(resolved) ?? !resolved.oneBlock;
  return DEFINITIONS.filter(applies).map((definition) => ({
    name: definition.name,
    run: () => runCase(definition, make, resolved, traits.dispose),
  }));
}

function runCase<A extends IAllocator>(
  { body }: CaseDefinition,
  make: () => A,
  traits: ResolvedTraits,
  dispose: ConformanceTraits<A>["dispose"],
): void | Promise<void> {
  const made: { readonly allocator: A; readonly context: CaseContext }[] = [];
  const open = (): CaseContext => {
    const allocator = make();
    const context = new CaseContext(allocator, traits, open);
    made.push({ allocator, context });
    return context;
  };
  let failure: { readonly error: unknown } | undefined;
  try {
    body(open());
    for (const { context } of made) assertEmptied(context);
  } catch (error) {
    failure = { error };
  }
  for (const { context } of made) context.releaseAll();
  return disposeAll(
    made.map(({ allocator }) => allocator),
    dispose,
    failure,
  );
}

/** Frees what the case left, and asserts that a pooled allocator then has nothing live. */
function assertEmptied(context: CaseContext): void {
  context.releaseAll();
  if (!context.traits.pooled) return;
  context.pooled.check();
  assertCounts(context.pooled, { liveBytes: 0, liveCount: 0, lockedCount: 0 }, "everything was freed");
}

/** Disposes in turn, and throws the case's own failure rather than one of a disposal after it. */
function disposeAll<A>(
  allocators: readonly A[],
  dispose: ((allocator: A) => void | Promise<void>) | undefined,
  failure: { readonly error: unknown } | undefined,
): void | Promise<void> {
  const pending: Promise<void>[] = [];
  let first = failure;
  for (const allocator of allocators) {
    try {
      const result = dispose?.(allocator);
      if (result !== undefined) pending.push(result);
    } catch (error) {
      first ??= { error };
    }
  }
  if (pending.length > 0) return settle(pending, first);
  if (first !== undefined) throw first.error;
}

async function settle(
  pending: readonly Promise<void>[],
  failure: { readonly error: unknown } | undefined,
): Promise<void> {
  const results = await Promise.allSettled(pending);
  if (failure !== undefined) throw failure.error;
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
