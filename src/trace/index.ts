/**
 * `tensorheap/trace`: recordings of allocations, to be written, read, checked, looked at, compared, replayed and planned.
 * `TraceAdaptor` of `tensorheap` records them. The format is specified in docs/trace-format.md.
 */
export { diff } from "./diff.ts";
export type { TraceChange, TraceChanges, TraceDiff, TraceGroupChange } from "./diff.ts";
export type { AllocEvent, FreeEvent, LockEvent, MarkEvent, TraceEvent } from "./event.ts";
export type { EventCounts } from "./event-counts.ts";
export { TRACE_FORMAT, TRACE_VERSION } from "./header.ts";
export type { TraceHeader } from "./header.ts";
export { lifetimes } from "./lifetimes.ts";
export type { TraceBlock } from "./live-blocks.ts";
export type { TraceProblem, TraceProblemKind, TraceProblems } from "./problems.ts";
export { loadTrace, parseTrace, readTrace } from "./read-trace.ts";
export type { Trace, TraceReading } from "./read-trace.ts";
export { replay } from "./replay.ts";
export type { DamagedBlock, ReplayOptions, ReplayResult } from "./replay.ts";
export { snapshot } from "./snapshot.ts";
export type { SnapshotGroup, TraceMoment, TraceSnapshot } from "./snapshot.ts";
export { summarise } from "./summary.ts";
export type { TraceGroup, TraceSummary, TraceSums } from "./summary.ts";
export { TraceError } from "./trace-error.ts";
export type { TraceErrorOptions } from "./trace-error.ts";
export type { TraceEvents } from "./trace-events.ts";
export type { ReadTraceOptions } from "./trace-parser.ts";
export type { TraceSource } from "./trace-source.ts";
export { TraceWriter } from "./trace-writer.ts";
export type { TraceWriterOptions } from "./trace-writer.ts";
export { validateTrace } from "./validate-trace.ts";
export type { TraceValidation } from "./validate-trace.ts";
export type { NodeWritable, TraceStream } from "./write/stream-sink.ts";
