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
  assertSize,
} from "./errors.ts";
export type { OutOfMemoryDetails } from "./errors.ts";
export { assertLockOp } from "./allocators/lock-op.ts";
export { Adaptor } from "./adaptors/adaptor.ts";
export type { IfPooled } from "./adaptors/adaptor.ts";
export type { CallSite } from "./adaptors/call-site.ts";
export { FailingAdaptor } from "./adaptors/failing.ts";
export type { FailingOptions } from "./adaptors/failing.ts";
export { FallbackAdaptor } from "./adaptors/fallback.ts";
export { GuardAdaptor } from "./adaptors/guard.ts";
export type { GuardOptions } from "./adaptors/guard/guard-options.ts";
export type { GuardFault, GuardOperation, GuardReport, GuardedHistory } from "./adaptors/guard/guard-report.ts";
export type { LabelledAdaptor } from "./adaptors/labelled.ts";
export { LimitAdaptor } from "./adaptors/limit.ts";
export type { LimitOptions, MemoryPressure, SoftLimit } from "./adaptors/limit/limit-options.ts";
export type { Statistics, Tally } from "./adaptors/meter.ts";
export { ScopeAdaptor } from "./adaptors/scope.ts";
export type { BlobLike, CompoundLike } from "./adaptors/scope.ts";
export type { StackFrame } from "./adaptors/stack-frames.ts";
export { StatisticsAdaptor } from "./adaptors/statistics.ts";
export { TraceAdaptor } from "./adaptors/trace.ts";
export type { TraceOptions } from "./adaptors/trace.ts";
export { TrackingAdaptor } from "./adaptors/tracking.ts";
export type { TrackingOptions } from "./adaptors/tracking.ts";
export type { LiveSite } from "./adaptors/tracking/live-report.ts";
export type { TrackedBlock } from "./adaptors/tracking/tracked-block.ts";
export { withScope } from "./adaptors/with-scope.ts";
export type { ReclaimObserver } from "./allocators/reclaim-observer.ts";
export { defaultAllocator, setDefaultAllocator } from "./allocators/default.ts";
export { HeapAllocator } from "./allocators/heap.ts";
export type { HeapOptions } from "./allocators/heap.ts";
export { PlannedAllocator } from "./allocators/planned.ts";
export type { PlannedOptions, PlannedReport } from "./allocators/planned.ts";
export { PreallocatedAllocator } from "./allocators/preallocated.ts";
export { SystemAllocator } from "./allocators/system.ts";
export { BatchedBlob } from "./blob/batched-blob.ts";
export { Blob } from "./blob/blob.ts";
export { BlockingDesc } from "./blob/blocking-desc.ts";
export type { BlockingDescLike } from "./blob/blocking-desc.ts";
export { CompoundBlob } from "./blob/compound-blob.ts";
export type { ConvertOptions } from "./blob/convert.ts";
export type { Rounding } from "./blob/convert/round.ts";
export { createBlob } from "./blob/create-blob.ts";
export type { CreateBlobOptions } from "./blob/create-blob.ts";
export type { BlobElement } from "./blob/elements.ts";
export { decodeBfloat16, encodeBfloat16, fromBfloat16Bits, toBfloat16Bits } from "./blob/formats/bfloat16.ts";
export { decodeFloat16, encodeFloat16, fromFloat16Bits, toFloat16Bits } from "./blob/formats/float16.ts";
export { packBin, packI4, packNF4, packU4, unpackBin, unpackI4, unpackNF4, unpackU4 } from "./blob/formats/sub-byte.ts";
export { isBatchedBlob, isBlob, isCompoundBlob, isI420Blob, isMemoryBlob, isNV12Blob, isTBlob } from "./blob/guards.ts";
export { convertColour } from "./blob/image/convert-colour.ts";
export type { ConvertColourOptions } from "./blob/image/convert-colour.ts";
export { I420Blob } from "./blob/image/i420-blob.ts";
export { NV12Blob } from "./blob/image/nv12-blob.ts";
export { Layout, defaultLayout } from "./blob/layout.ts";
export type { LayoutInfo, LayoutName } from "./blob/layout.ts";
export { LockedMemory } from "./blob/locked-memory.ts";
export type { ReadonlyLockedMemory } from "./blob/locked-memory.ts";
export { MemoryBlob } from "./blob/memory-blob.ts";
export { normalise } from "./blob/normalise.ts";
export type { NormaliseOptions } from "./blob/normalise/tables.ts";
export { Precision } from "./blob/precision.ts";
export type { PrecisionLike, PrecisionName } from "./blob/precision.ts";
export { reclaimed } from "./blob/reclaim.ts";
export type { Reclaimed } from "./blob/reclaim.ts";
export type { ROI } from "./blob/roi.ts";
export { TBlob } from "./blob/tblob.ts";
export type { CloneOptions } from "./blob/tblob.ts";
export { TensorDesc } from "./blob/tensor-desc.ts";
export type { TensorDescLike, TensorDescLiteral } from "./blob/tensor-desc.ts";
export type { DataOf, ReadonlyDataOf, ReadonlyTypedArray, WrappableOf } from "./blob/typed-data.ts";
