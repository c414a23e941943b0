import { describe } from "../errors.ts";
import type { TraceEvent } from "./event.ts";
import { TraceError } from "./trace-error.ts";

/** What functions that look at a whole trace take: what `loadTrace` and `parseTrace` give, or its events alone. */
export type TraceEvents = readonly TraceEvent[] | { readonly events: readonly TraceEvent[] };

/** @throws {TraceError} when it is neither */
export function eventsOf(trace: TraceEvents): readonly TraceEvent[] {
  if (Array.isArray(trace)) return trace as readonly TraceEvent[];
  const events: unknown = (trace as { events?: unknown } | null | undefined)?.events;
  if (Array.isArray(events)) return events as readonly TraceEvent[];
  throw new TraceError(`A trace is what loadTrace or parseTrace gives, or its events, not ${describe(trace)}.`);
}
