import type { TraceEvent } from "../../trace/event.ts";

/** A block as a slow and plain reading of a trace finds it. */
export interface NaiveBlock {
  readonly id: number;
  readonly size: number;
  readonly label: string;
  readonly phase: string;
  readonly from: number;
  readonly to: number;
}

/** Blocks by looking, for each allocation, for its end in all that follows. */
export function naiveBlocks(events: readonly TraceEvent[]): NaiveBlock[] {
  return events.flatMap((event, from) => {
    if (event.op !== "a") return [];
    const end = events.findIndex(
      (other, at) => at > from && (other.op === "f" || other.op === "a") && other.id === event.id,
    );
    const mark = events.findLast((other, at) => at < from && other.op === "m");
    const phase = mark?.op === "m" ? mark.phase : "";
    const to = end < 0 ? events.length : end;
    return [{ id: event.id, size: event.size, label: event.label ?? "", phase, from, to }];
  });
}

/** What is alive after an event. */
export function naiveAlive(blocks: readonly NaiveBlock[], event: number): NaiveBlock[] {
  return blocks.filter(({ from, to }) => from <= event && to > event);
}

export function sumOf(blocks: readonly NaiveBlock[]): number {
  return blocks.reduce((sum, { size }) => sum + size, 0);
}
