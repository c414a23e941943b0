import type { IAllocator, IPooledAllocator } from "../allocator.ts";

const METHODS: readonly (keyof IAllocator)[] = ["alloc", "lock", "unlock", "free"];

/** Whether a value has the four methods of an allocator. What they do, `tensorheap/testing` checks. */
export function isAllocator(value: unknown): value is IAllocator {
  if (typeof value !== "object" || value === null) return false;
  return METHODS.every((name) => typeof (value as Partial<IAllocator>)[name] === "function");
}

/** Whether an allocator keeps a pool, and can tell what it holds. */
export function isPooledAllocator(allocator: IAllocator): allocator is IPooledAllocator {
  const { stats, trim, check } = allocator as Partial<IPooledAllocator>;
  return typeof stats === "function" && typeof trim === "function" && typeof check === "function";
}
