/** The curated surface of `tensorheap`. */
export { LockOp, tryAlloc } from "./allocator.ts";
export type {
  AllocatorStats,
  Handle,
  IAllocator,
  IPooledAllocator,
  IRemoteAllocator,
  ReadonlyBytes,
  RemoteLockOptions,
} from "./allocator.ts";
export {
  BlobError,
  CorruptionError,
  DescError,
  EngineError,
  InvalidHandleError,
  LockError,
  OutOfMemoryError,
  TensorHeapError,
} from "./errors.ts";
export type { OutOfMemoryDetails } from "./errors.ts";
export { HeapAllocator } from "./allocators/heap.ts";
export type { HeapOptions } from "./allocators/heap.ts";
export { PreallocatedAllocator } from "./allocators/preallocated.ts";
export { SystemAllocator } from "./allocators/system.ts";
