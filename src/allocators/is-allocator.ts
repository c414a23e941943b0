import type { IAllocator } from "../allocator.ts";

const METHODS: readonly (keyof IAllocator)[] = ["alloc", "lock", "unlock", "free"];

/** Whether a value has the four methods of an allocator. What they do, `tensorheap/testing` checks. */
export function isAllocator(value: unknown): value is IAllocator {
  if (typeof value !== "object" || value === null) return false;
  return METHODS.every((name) => typeof (value as Partial<IAllocator>)[name] === "function");
}
