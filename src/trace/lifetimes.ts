import type { PlanBuffer } from "../plan/problem.ts";
import { LiveBlocks } from "./live-blocks.ts";
import type { TraceEvents } from "./trace-events.ts";
import { eventsOf } from "./trace-events.ts";

/**
 * The blocks of a trace as the buffers of `tensorheap/plan`, in the order they were allocated in. Time is the index of the
 * event, and so is a buffer's id: that of its `a`. What is never freed lives to the end.
 *
 * @throws {TraceError} when the trace is none
 * @example
 * const { height, lowerBound } = planSync({ buffers: lifetimes(await loadTrace("run.jsonl")) });
 */
export function lifetimes(trace: TraceEvents): PlanBuffer[] {
  const events = eventsOf(trace);
  const buffers: { id: number; lower: number; upper: number; size: number }[] = [];
  const places = new Map<number, number>();
  const live = new LiveBlocks(({ event }, end) => {
    buffers[places.get(event)!]!.upper = end;
  });
  for (let index = 0; index < events.length; index++) {
    const event = events[index]!;
    live.apply(event, index);
    if (event.op !== "a") continue;
    places.set(index, buffers.length);
    buffers.push({ id: index, lower: index, upper: events.length, size: event.size });
  }
  return buffers;
}
