import type { IAllocator } from "../allocator.ts";
import { ScopeAdaptor, isBlobLike, isCompoundLike } from "./scope.ts";
import type { BlobLike, CompoundLike } from "./scope.ts";

/**
 * Runs a function, and frees what it allocated through the scope when it ends: when it returns or throws, or when the
 * promise that it returned is settled.
 *
 * What outlives it: what was given to `scope.keep`, also when the function throws afterwards; and the blobs that it
 * returns, alone or in arrays and plain objects. A returned handle is only a number, so keep it:
 * `return scope.keep(handle)`.
 *
 * @param run is given the allocator to use: an allocator, and a `keep`. Scopes nest: give it to `withScope` again.
 * @returns what `run` returns
 * @throws {BlobError} when `allocator` is none; and whatever `run` throws
 *
 * @example
 * const boxes = await withScope(heap, async (scope) => {
 *   const input = createBlob(desc, { allocator: scope });
 *   fill(input);
 *   const scores = createBlob(scoresDesc, { allocator: scope });
 *   await session.runAsync({ input }, { scores });
 *   return boxesIn(scores); // no blob: everything is freed
 * });
 */
export function withScope<A extends IAllocator, R>(allocator: A, run: (scope: ScopeAdaptor<A>) => R): R {
  const scope = new ScopeAdaptor(allocator);
  const fail = (error: unknown): never => {
    scope.end();
    throw error;
  };
  let result: R;
  try {
    result = run(scope);
    // Within the try: a promise of somebody else's making may throw here.
    if (isThenable(result)) return result.then((value) => finish(scope, value), fail) as R;
  } catch (error) {
    return fail(error);
  }
  return finish(scope, result);
}

function finish<T>(scope: ScopeAdaptor, result: T): T {
  try {
    for (const blob of blobsIn(result)) scope.keep(blob);
  } finally {
    scope.end();
  }
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}

/** The blobs of a result: itself, or those in arrays and plain objects, however deep. */
function* blobsIn(result: unknown): Generator<BlobLike | CompoundLike> {
  const seen = new Set<object>();
  // A list of what is left, since a stack of calls would bound the depth.
  const left: unknown[] = [result];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isBlobLike(value)) yield value;
    else if (Array.isArray(value)) for (const item of value) left.push(item);
    // Before compound blobs: a plain object may call one of several fields `blobs`.
    else if (isPlain(value)) for (const item of Object.values(value)) left.push(item);
    else if (isCompoundLike(value)) yield value;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
