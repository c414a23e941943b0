import type { ReportModel } from "../report/index.ts";

/**
 * The sums and tables of a report, for programs. Bytes, milliseconds since the first event, and events by their place in
 * the trace, from 0. Left out is what has an entry per event or block.
 */
export function reportJson(file: string, model: ReportModel): object {
  const { counts, durationMs, blocks, strings, phases, peak, end, problems, notes, replay, plan } = model;
  const { leaks, time } = model;
  return {
    file,
    counts,
    durationMs,
    blocks: blocks.count,
    peak,
    end,
    heap: {
      footprintBytes: replay.footprintBytes,
      unplaced: replay.unplaced,
      unplacedBecause: replay.unplacedBecause === "" ? null : replay.unplacedBecause,
    },
    plan,
    phases,
    byLabel: model.byLabel,
    byPhase: model.byPhase,
    leaks: {
      count: leaks.count,
      bytes: leaks.bytes,
      /** Largest first, at most 1,000. */
      blocks: Array.from(leaks.blocks, (block) => ({
        id: blocks.id[block],
        size: blocks.size[block],
        event: blocks.from[block],
        t: time[blocks.from[block]!],
        label: strings[blocks.label[block]!] ?? null,
        site: strings[blocks.site[block]!] ?? null,
      })),
    },
    lockHolders: model.locks.holders,
    sizeClasses: model.sizeClasses,
    problems,
    notes,
  };
}
