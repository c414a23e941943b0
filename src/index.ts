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
export { defaultAllocator, setDefaultAllocator } from "./allocators/default.ts";
export { Blob } from "./blob/blob.ts";
export { BlockingDesc } from "./blob/blocking-desc.ts";
export type { BlockingDescLike } from "./blob/blocking-desc.ts";
export { createBlob } from "./blob/create-blob.ts";
export type { CreateBlobOptions } from "./blob/create-blob.ts";
export { isBlob, isMemoryBlob, isTBlob } from "./blob/guards.ts";
export { Layout, defaultLayout } from "./blob/layout.ts";
export type { LayoutInfo, LayoutName } from "./blob/layout.ts";
export { LockedMemory } from "./blob/locked-memory.ts";
export type { ReadonlyLockedMemory } from "./blob/locked-memory.ts";
export { MemoryBlob } from "./blob/memory-blob.ts";
export { Precision } from "./blob/precision.ts";
export type { PrecisionLike, PrecisionName } from "./blob/precision.ts";
export { reclaimed } from "./blob/reclaim.ts";
export type { Reclaimed } from "./blob/reclaim.ts";
export { TBlob } from "./blob/tblob.ts";
export type { CloneOptions } from "./blob/tblob.ts";
export { TensorDesc } from "./blob/tensor-desc.ts";
export type { TensorDescLike, TensorDescLiteral } from "./blob/tensor-desc.ts";
export type { DataOf, ReadonlyDataOf, ReadonlyTypedArray, WrappableOf } from "./blob/typed-data.ts";
