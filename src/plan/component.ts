import { cutSections, sectionTotals } from "./sections.ts";
import type { Instance } from "./problem.ts";

/**
 * A part of a problem that can be planned by itself: buffers that no moment separates. Sizes and offsets are in units of
 * the instance; offsets count from `base`.
 */
export interface Component {
  readonly count: number;
  /** For each buffer its index in the instance. */
  readonly members: Int32Array;
  /** Where the component's memory begins: what lies below was peeled off. */
  readonly base: number;
  readonly size: Float64Array;
  /** Length of the lifetime, in the problem's time. */
  readonly duration: Float64Array;
  readonly sections: number;
  /** First section and section after the last. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** Sizes per section, added up. */
  readonly totals: Float64Array;
  /** The largest of `totals`: no plan of this component is lower. */
  readonly bound: number;
}

/** Lays the named buffers of an instance out as a component. */
export function makeComponent(instance: Instance, members: Int32Array, base: number): Component {
  const lower = gather(instance.lower, members);
  const upper = gather(instance.upper, members);
  const size = gather(instance.size, members);
  const sections = cutSections(lower, upper);
  const totals = sectionTotals(sections, size);
  return {
    count: members.length,
    members,
    base,
    size,
    duration: upper.map((end, index) => end - lower[index]!),
    sections: sections.count,
    first: sections.first,
    end: sections.end,
    totals,
    bound: totals.reduce((most, total) => Math.max(most, total), 0),
  };
}

function gather(values: Float64Array, members: Int32Array): Float64Array {
  return Float64Array.from(members, (member) => values[member]!);
}
