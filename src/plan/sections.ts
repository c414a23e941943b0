/** Which sections each buffer of a list lives through. */
export interface Sections {
  readonly count: number;
  /** For each buffer of the list its first section. */
  readonly first: Int32Array;
  /** For each buffer of the list the section after its last. */
  readonly end: Int32Array;
}

/**
 * Cuts time into sections: the least list of moments such that buffers live at once exactly when they share one.
 *
 * Sweeps starts and ends in order of time, ends before starts at the same moment. A section is closed when an end
 * follows a start. So each section is a maximal set of buffers that live at once, and moments at which only a part of
 * such a set lives, which can ask for nothing more, are left out.
 */
export function cutSections(lower: Float64Array, upper: Float64Array): Sections {
  const n = lower.length;
  const starts = Int32Array.from(lower, (_, index) => index).sort((a, b) => lower[a]! - lower[b]!);
  const ends = Int32Array.from(upper, (_, index) => index).sort((a, b) => upper[a]! - upper[b]!);
  const first = new Int32Array(n);
  const end = new Int32Array(n);
  let section = 0;
  let started = false;
  let next = 0;
  for (const ending of ends) {
    const moment = upper[ending]!;
    for (; next < n && lower[starts[next]!]! < moment; next++) {
      first[starts[next]!] = section;
      started = true;
    }
    if (started) section++;
    started = false;
    end[ending] = section;
  }
  return { count: section, first, end };
}

/** For each section the sizes of the buffers in it, added up. No plan is lower than the largest. */
export function sectionTotals(sections: Sections, size: Float64Array): Float64Array {
  const totals = new Float64Array(sections.count + 1);
  for (let index = 0; index < size.length; index++) {
    totals[sections.first[index]!]! += size[index]!;
    totals[sections.end[index]!]! -= size[index]!;
  }
  for (let section = 1; section < totals.length; section++) totals[section]! += totals[section - 1]!;
  return totals.subarray(0, sections.count);
}
