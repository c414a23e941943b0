import { describe } from "../../errors.ts";
import { assertOptions } from "../../trace/assert-options.ts";
import type { TraceEvent } from "../../trace/event.ts";
import { TraceError } from "../../trace/trace-error.ts";
import { measureFragmentation } from "./fragmentation.ts";
import { groupByLabel, groupByPhase } from "./groups.ts";
import { findLeaks } from "./leaks.ts";
import { summariseLocks } from "./locks.ts";
import { findPeak } from "./peak.ts";
import { planBlocks } from "./plan-blocks.ts";
import { replayOnHeap } from "./replay-on-heap.ts";
import type { ReportModel } from "./report-model.ts";
import { countSizes } from "./size-classes.ts";
import { TraceBook } from "./trace-book.ts";

/** What an analysis can be told. */
export interface AnalyseOptions {
  /** Milliseconds for the offline planner; default 2,000. What it found by then is what is shown. */
  readonly planTimeoutMs?: number;
  /** Blocks up to which a trace is planned at all; default 40,000. Above it, only the lower bound is shown. */
  readonly planMaxBlocks?: number;
  /** Shown on top of the report: that the trace was cut, which lines were damaged. */
  readonly notes?: readonly string[];
}

/**
 * Computes all that a report shows of a trace.
 *
 * It replays the calls on a fresh `HeapAllocator`, which takes address space and touches none of it, and lays the blocks
 * out offline. Events that make no sense (a free of an unknown id, say) are counted in `problems` and passed over.
 *
 * A million events take one to two seconds, most of them in the replay.
 *
 * @throws {TraceError} when `events` are none that can be iterated, or the options no object
 */
export async function analyseTrace(
  events: Iterable<TraceEvent> | AsyncIterable<TraceEvent>,
  options: AnalyseOptions = {},
): Promise<ReportModel> {
  assertOptions(options, "AnalyseOptions");
  if (typeof events !== "object" || events === null || !(Symbol.iterator in events || Symbol.asyncIterator in events)) {
    throw new TraceError(`analyseTrace takes the events of a trace, not ${describe(events)}. Give trace.events.`);
  }
  const book = new TraceBook();
  if (Symbol.iterator in events) for (const event of events) book.add(event);
  else for await (const event of events) book.add(event);
  book.finish();

  const { strings, phases } = book;
  const counts = book.counts();
  const time = book.time.take();
  const placed = replayOnHeap(book.blocks(), counts.events);
  const { blocks } = placed;
  const { peak, end } = findPeak(blocks, counts.events);
  return {
    counts,
    time,
    durationMs: time.at(-1) ?? 0,
    blocks,
    strings,
    phases,
    peak,
    end,
    problems: book.problems(),
    notes: options.notes ?? [],
    replay: placed.replay,
    plan: planBlocks(blocks, options.planTimeoutMs ?? 2000, options.planMaxBlocks ?? 40_000),
    fragmentation: measureFragmentation(blocks, placed.replay.segments, placed.growth, counts.events, peak),
    locks: summariseLocks(book.locks(), blocks, strings, time),
    byLabel: groupByLabel(blocks, strings, peak.event),
    byPhase: groupByPhase(blocks, phases, peak.event),
    leaks: findLeaks(blocks, counts.events),
    sizeClasses: countSizes(blocks, peak.event),
  };
}
