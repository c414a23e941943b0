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
 *   const [scores] = await session.run(input, { allocator: scope });
 *   return boxesIn(scores); // no blob: everything is freed
 * });
 */
export function withScope<A extends IAllocator, R>(allocator: A, run: (scope: ScopeAdaptor<A>) => R): R {
  const scope = new ScopeAdaptor(allocator);
  let result: R;
  try {
    result = run(scope);
  } catch (error) {
    scope.end();
    throw error;
  }
  if (!isThenable(result)) return finish(scope, result);
  const fail = (error: unknown): never => {
    scope.end();
    throw error;
  };
  return result.then((value) => finish(scope, value), fail) as R;
}

function finish<T>(scope: ScopeAdaptor, result: T): T {
  try {
    for (const blob of blobsIn(result, new Set())) scope.keep(blob);
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
function* blobsIn(value: unknown, seen: Set<object>): Generator<BlobLike | CompoundLike> {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (isBlobLike(value) || isCompoundLike(value)) yield value;
  else if (Array.isArray(value)) for (const item of value) yield* blobsIn(item, seen);
  else if (isPlain(value)) for (const item of Object.values(value)) yield* blobsIn(item, seen);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
